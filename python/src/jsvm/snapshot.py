"""Frozen VMs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from . import _codec
from .data.decoder import date_of
from .engine import other_engine
from .errors import SnapshotError

_MAX_MEMORY = 256 << 20


class Snapshot:
    """The state of a VM at one moment: what differs from the state of a fresh VM of the same engine.

    Its bytes are those of the Rust crate `jsvm` and of the npm package, so that a VM that is frozen here
    goes on there, and the other way round.

    >>> data = vm.snapshot().to_bytes()
    >>> again = engine.restore(Snapshot.from_bytes(data))
    """

    #: The engine that made it: the SHA-256 of its component, and its version.
    engine: dict[str, str]
    _image: dict[str, Any]
    _state: dict[str, Any]
    _parent: Snapshot | None
    _id: str | None

    def __init__(self) -> None:
        raise TypeError("a snapshot comes from vm.snapshot() or Snapshot.from_bytes()")

    @classmethod
    def _new(
        cls,
        engine: dict[str, str],
        image: dict[str, Any],
        state: dict[str, Any],
        *,
        parent: Snapshot | None = None,
        id: str | None = None,
    ) -> Snapshot:
        snapshot = cls.__new__(cls)
        snapshot.engine = dict(engine)
        snapshot._image = image
        snapshot._state = state
        snapshot._parent = parent
        snapshot._id = id
        return snapshot

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        key: bytes | None = None,
        parent: Snapshot | None = None,
        max_memory: int = _MAX_MEMORY,
    ) -> Snapshot:
        """Reads a snapshot.

        `key` is the one that it was sealed with; a snapshot that is not sealed is then refused. `parent` is
        the snapshot that it is relative to, if it is a delta. `max_memory` bounds the memory of the VM,
        since small files can expand to much.

        Raises a `SnapshotError` whose `reason` says why if the bytes are something else, damaged, sealed
        with another key, of a later format, or relative to a snapshot that was not given.
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"a snapshot is read from bytes, found {type(data).__name__}")
        options = {"max_memory": max_memory, "key": _checked(key)}
        image = None if parent is None else parent._image
        found = _codec.call("codec.decode", bytes(data), image, options)
        is_delta = parent is not None and found["parent"] is not None
        if is_delta and parent is not None and parent.engine["id"] != found["engine"]["id"]:
            raise other_engine(found["engine"])
        return cls._new(
            found["engine"],
            found["image"],
            found["state"],
            parent=parent if is_delta else None,
            id=found["id"],
        )

    @classmethod
    def from_chain(
        cls, chain: Iterable[bytes], *, key: bytes | None = None, max_memory: int = _MAX_MEMORY
    ) -> Snapshot:
        """Reads the last of a chain of snapshots, of which each is relative to the one before it."""
        last: Snapshot | None = None
        for data in chain:
            last = cls.from_bytes(data, key=key, parent=last, max_memory=max_memory)
        if last is None:
            raise SnapshotError("not-a-snapshot", "the chain has no snapshot")
        return last

    @staticmethod
    def generate_key() -> bytes:
        """Makes a random key for `to_bytes`."""
        return secrets.token_bytes(32)

    def to_bytes(
        self, *, compression: Literal["fast", "small"] = "fast", key: bytes | None = None
    ) -> bytes:
        """Writes the bytes to store. A snapshot of `Vm.snapshot_since` is written as a delta.

        `small` compresses hard and slowly. `key` seals the bytes: nobody without it can read or change them.
        """
        if compression not in ("fast", "small"):
            raise ValueError(f"compression is 'fast' or 'small', found {compression!r}")
        options = {"small": compression == "small", "key": _checked(key)}
        parent = None if self._parent is None else self._parent._image
        data = _codec.call("codec.encode", self.engine, self._state, self._image, parent, options)
        return bytes(data)

    @property
    def id(self) -> str:
        """Names the VM's state: 32 hexadecimal digits, the same however the state is stored."""
        if self._id is None:
            self._id = str(_codec.call("codec.get-id", self._image))
        return self._id

    @property
    def parent_id(self) -> str | None:
        """Names the snapshot that this one is stored relative to, if it is a delta."""
        return None if self._parent is None else self._parent.id

    def _since(self, parent: Snapshot) -> Snapshot:
        if parent.engine["id"] != self.engine["id"]:
            raise other_engine(parent.engine)
        return Snapshot._new(self.engine, self._image, self._state, parent=parent, id=self._id)

    def flatten(self) -> Snapshot:
        """The same snapshot, to be stored whole instead of as a delta."""
        return Snapshot._new(self.engine, self._image, self._state, id=self._id)

    def with_metadata(self, key: str, value: str) -> Snapshot:
        """The same snapshot with a note in it: the name of the program, the step of a workflow."""
        others = [(known, text) for known, text in self._state["metadata"] if known != key]
        state = {**self._state, "metadata": [*others, (key, value)]}
        return Snapshot._new(self.engine, self._image, state, parent=self._parent, id=self._id)

    @property
    def metadata(self) -> dict[str, str]:
        """The notes of `with_metadata`, by key."""
        return dict(self._state["metadata"])

    @property
    def created(self) -> datetime:
        """The time of the VM's clock when it was frozen."""
        found = date_of(self._state["wall"] / 1e6)
        if not isinstance(found, datetime):
            raise SnapshotError("malformed", "the snapshot is malformed: its time is none")
        return found

    @property
    def size(self) -> int:
        """How many bytes it holds in memory."""
        return len(self._image["bytes"])

    @property
    def memory_size(self) -> int:
        """How many bytes of memory the VM's state takes. Most of it can be zero."""
        return int(self._image["size"])


def _checked(key: bytes | None) -> bytes | None:
    if key is not None and not (isinstance(key, bytes) and len(key) == 32):
        raise ValueError("a key is 32 bytes: Snapshot.generate_key() makes one")
    return key

"""A session as bytes: the same as those of the Rust crate `jsvm-sandbox`.

| bytes | |
|---|---|
| 8 | magic: `JSVMCELL` |
| 1 | version: 1 |
| 1 | how many snapshots follow |
| | for each its length (8, little-endian), and its file |

A session that waits has two: its state before the cell, and what changed since.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..errors import SnapshotError
from ..snapshot import Snapshot

_MAGIC = b"JSVMCELL"
_VERSION = 1


@dataclass(frozen=True)
class SavedSession:
    """A session at rest. It can be restored any number of times."""

    #: The state before the cell that waits.
    start: Snapshot | None
    now: Snapshot

    def encode(self, key: bytes | None) -> bytes:
        parts = [self.now]
        if self.start is not None:
            parts = [self.start.flatten(), self.now._since(self.start)]
        data = bytearray(_MAGIC)
        data += bytes([_VERSION, len(parts)])
        for part in parts:
            encoded = part.to_bytes(key=key)
            data += len(encoded).to_bytes(8, "little") + encoded
        return bytes(data)

    @classmethod
    def decode(cls, data: bytes, key: bytes | None, max_memory: int) -> SavedSession:
        if not data.startswith(_MAGIC):
            raise _malformed("they begin otherwise")
        if len(data) < len(_MAGIC) + 2:
            raise _malformed("they are cut off")
        version, count = data[len(_MAGIC)], data[len(_MAGIC) + 1]
        if version != _VERSION:
            raise _malformed("they are of a later version of jsvm")
        if count not in (1, 2):
            raise _malformed("they contain another number of snapshots")
        at = len(_MAGIC) + 2
        start: Snapshot | None = None
        for index in range(count):
            length = int.from_bytes(data[at : at + 8], "little")
            part = data[at + 8 : at + 8 + length]
            if len(data) < at + 8 or len(part) != length:
                raise _malformed("they are cut off")
            at += 8 + length
            found = Snapshot.from_bytes(part, key=key, parent=start, max_memory=max_memory)
            if index + 1 < count:
                start = found
        if at != len(data):
            raise _malformed("something follows them")
        return cls(start, found)


def _malformed(what: str) -> SnapshotError:
    return SnapshotError("malformed", f"the bytes are no session: {what}")


def read_record(text: Any) -> tuple[str, int, str]:
    """Reads what a VM says about its session: the id, how many cells have run, and the code that waits."""
    try:
        found = json.loads(text)
        id, cells, code = found["id"], found["cells"], found["code"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise no_session() from error
    is_count = isinstance(cells, int) and not isinstance(cells, bool) and cells >= 0
    if not (isinstance(id, str) and is_count and isinstance(code, str)):
        raise no_session()
    return id, cells, code


def no_session() -> SnapshotError:
    """The error for a snapshot of another VM."""
    return SnapshotError("malformed", "the snapshot is not that of a session")

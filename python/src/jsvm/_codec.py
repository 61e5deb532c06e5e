"""The files of snapshots, read and written by the Rust code of the crate `jsvm-snapshot`."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

import wasmtime

from ._abi import codec_wit
from ._abi.machine import Imports, Machine
from ._description import described_number, description
from .engine import other_engine, packaged, wasm_engine
from .errors import SnapshotError, SnapshotReason, TrapError

#: The most pages of memory that reading or writing may take: 2 GiB.
_MAX_PAGES = 32_768


class _Codec(Machine):
    ANSWERS = {"entropy.get-random-u64": "_random"}

    def _random(self) -> int:
        return secrets.randbits(64)


@cache
def _compiled() -> tuple[wasmtime.Engine, wasmtime.Module, Imports, int]:
    wasm = packaged("snapshot.wasm")
    engine = wasm_engine(cache=True)
    module = wasmtime.Module(engine, wasm)
    pages = described_number(description(wasm), "pages")
    return engine, module, Imports(codec_wit.IMPORTS, module), pages


def call(key: str, *values: Any) -> Any:
    """Calls an instance, which is freed afterwards: its memory may be large, and secret."""
    engine, module, imports, pages = _compiled()
    machine = _Codec(engine, module, imports, codec_wit.EXPORTS, pages=pages, max_pages=_MAX_PAGES)
    try:
        tag, payload = machine.call(key, *values)
    except TrapError as error:
        if machine.lacked:
            message = "there is too little memory to read or write the snapshot"
            raise SnapshotError("no-memory", message) from error
        raise SnapshotError(
            "failed",
            f"the snapshot cannot be read or written: {error}. Report this with the snapshot",
        ) from error
    finally:
        machine.close()
    if tag == "err":
        raise _error_of(*payload)
    return payload


_PLAIN: dict[SnapshotReason, str] = {
    "not-a-snapshot": "this is not a snapshot",
    "damaged": "the snapshot is damaged: its checksum does not match",
    "sealed": "the snapshot is sealed: pass its key",
    "not-sealed": "the snapshot is not sealed, though a key was given: it could come from anyone. Read "
    "it without the key if you trust its source",
    "wrong-key": "the key is not the one that the snapshot was sealed with, or its bytes were altered",
}


def _error_of(tag: SnapshotReason, payload: Any) -> SnapshotError:
    if tag in _PLAIN:
        return SnapshotError(tag, _PLAIN[tag])
    if tag in ("old-format", "unknown-format"):
        which = "the version that made it" if tag == "old-format" else "a newer version"
        return SnapshotError(
            tag,
            f"the snapshot is in format {payload['found']}, and this version of the package reads "
            f"format {payload['allowed']}: use {which}",
        )
    if tag == "truncated":
        return SnapshotError(
            tag,
            f"the snapshot is incomplete: it should have at least {payload['allowed']} bytes and has "
            f"{payload['found']}",
        )
    if tag == "too-large":
        return SnapshotError(
            tag,
            f"the snapshot needs {payload['found']} bytes of memory, and {payload['allowed']} are "
            "allowed: raise max_memory",
        )
    if tag == "missing-parent":
        return SnapshotError(
            tag,
            f"the snapshot is a delta: it holds only what changed since snapshot {payload}. Pass that "
            "as parent",
            parent=payload,
        )
    if tag == "wrong-parent":
        expected, found = payload["expected"], payload["found"]
        return SnapshotError(
            tag,
            f"the snapshot holds what changed since snapshot {expected}, and not since {found}",
            parent=expected,
        )
    if tag == "other-engine":
        return other_engine(payload)
    if tag == "malformed":
        return SnapshotError(tag, f"the snapshot is malformed: {payload}")
    return SnapshotError("failed", f"the snapshot cannot be read or written: {payload}")

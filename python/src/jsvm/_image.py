"""The memory of a VM as its difference from that of a fresh one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._instance import Instance
from .errors import SnapshotError

#: Bytes of the unit that is compared and kept. The codec has the same.
BLOCK = 1024
#: Equal memory is passed over in larger parts.
_PART = 64 * BLOCK
_ZERO = bytes(_PART)


@dataclass(frozen=True)
class Base:
    """The memory of a fresh VM of an engine."""

    #: Where the image begins in memory.
    start: int
    #: The image. Beyond its end, memory is zero.
    data: bytes


def fresh(instance: Instance, start: int) -> Base:
    """The memory of an instance in which nothing was called."""
    data = bytes(instance.view[start:]).rstrip(b"\0")
    return Base(start, data + bytes(-len(data) % _PART))


def _difference(one: bytes, other: bytes) -> bytes:
    """The exclusive or of two blocks."""
    number = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
    return number.to_bytes(BLOCK, "little")


def capture(instance: Instance, base: Base) -> dict[str, Any]:
    """Compares the memory of a VM with that of a fresh one."""
    instance.run("snapshot.sweep")
    size = instance.run("snapshot.get-size")
    blocks: list[int] = []
    parts: list[bytes] = []
    with instance:
        memory = instance.view[base.start : base.start + size]
        for at in range(0, size, _PART):
            part = bytes(memory[at : at + _PART])
            known = base.data[at : at + _PART] or _ZERO
            if part == known[: len(part)]:
                continue
            for inner in range(0, len(part), BLOCK):
                block, old = part[inner : inner + BLOCK], known[inner : inner + BLOCK]
                if block != old:
                    blocks.append((at + inner) // BLOCK)
                    parts.append(_difference(block, old))
        memory.release()
    return {"size": size, "blocks": blocks, "bytes": b"".join(parts)}


def apply(instance: Instance, base: Base, image: dict[str, Any]) -> None:
    """Turns the memory of a fresh VM into that of an image."""
    size, blocks, data = image["size"], image["blocks"], image["bytes"]
    if len(blocks) * BLOCK != len(data) or any(not 0 <= at < size // BLOCK for at in blocks):
        raise SnapshotError("malformed", "the snapshot has bytes beyond its end")
    if size > instance.run("snapshot.get-size"):
        instance.run("snapshot.grow", size)
    with instance:
        view = instance.view
        for position, number in enumerate(blocks):
            at = number * BLOCK
            block = data[position * BLOCK : (position + 1) * BLOCK]
            if at < len(base.data):
                block = _difference(block, base.data[at : at + BLOCK])
            view[base.start + at : base.start + at + BLOCK] = block

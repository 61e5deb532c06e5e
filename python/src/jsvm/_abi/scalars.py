"""Numbers, booleans and handles, and what all types of WIT have."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Protocol


class Memory(Protocol):
    """The memory of a module."""

    @property
    def view(self) -> memoryview: ...

    def alloc(self, align: int, size: int) -> int: ...


def aligned(offset: int, align: int) -> int:
    return (offset + align - 1) & -align


class Type:
    """A type: its size, its alignment, and the core types of its parameters."""

    size: int
    align: int
    flat: tuple[str, ...]

    def load(self, memory: Memory, at: int) -> Any:
        """Reads a value from memory."""
        raise NotImplementedError

    def store(self, memory: Memory, at: int, value: Any) -> None:
        """Writes a value to memory."""
        raise NotImplementedError

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        """Returns a value as parameters."""
        raise NotImplementedError

    def lift(self, memory: Memory, flat: Sequence[Any]) -> Any:
        """Makes a value from parameters."""
        raise NotImplementedError


class Scalar(Type):
    """A number, a boolean or a handle."""

    def __init__(self, code: str, core: str, minimum: int = 0, maximum: int = 0) -> None:
        self._struct = struct.Struct("<" + code)
        self.size = self.align = self._struct.size
        self.flat = (core,)
        self._range = (minimum, maximum)

    def _checked(self, value: Any) -> Any:
        minimum, maximum = self._range
        if maximum and not minimum <= value <= maximum:
            raise OverflowError(f"{value} is not between {minimum} and {maximum}")
        return value

    def load(self, memory: Memory, at: int) -> Any:
        return self._struct.unpack_from(memory.view, at)[0]

    def store(self, memory: Memory, at: int, value: Any) -> None:
        self._struct.pack_into(memory.view, at, self._checked(value))

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        return [self._checked(value)]

    def lift(self, memory: Memory, flat: Sequence[Any]) -> Any:
        if self.flat[0] == "f64":
            return flat[0]
        # Core integers arrive with a sign.
        return self._struct.unpack(int(flat[0]).to_bytes(8, "little", signed=True)[: self.size])[0]


class Bool(Scalar):
    def __init__(self) -> None:
        super().__init__("B", "i32")

    def load(self, memory: Memory, at: int) -> bool:
        return memory.view[at] != 0

    def store(self, memory: Memory, at: int, value: Any) -> None:
        memory.view[at] = 1 if value else 0

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        return [1 if value else 0]

    def lift(self, memory: Memory, flat: Sequence[Any]) -> bool:
        return bool(flat[0] != 0)


BOOL = Bool()
U8 = Scalar("B", "i32", 0, 0xFF)
U16 = Scalar("H", "i32", 0, 0xFFFF)
U32 = Scalar("I", "i32", 0, 0xFFFF_FFFF)
U64 = Scalar("Q", "i64", 0, 0xFFFF_FFFF_FFFF_FFFF)
S16 = Scalar("h", "i32", -0x8000, 0x7FFF)
S32 = Scalar("i", "i32", -0x8000_0000, 0x7FFF_FFFF)
S64 = Scalar("q", "i64", -0x8000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF)
F64 = Scalar("d", "f64")
# The module itself defines the only resource, so its handles are its own numbers.
OWN = U32
BORROW = U32

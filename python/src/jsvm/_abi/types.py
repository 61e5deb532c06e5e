"""The types of WIT, and how their values lie in memory and in parameters.

| type | value in Python |
|---|---|
| numbers, `bool`, `string` | `int`, `float`, `bool`, `str` |
| `list<u8>` | `bytes` |
| `list`, `tuple` | `list`, `tuple` |
| `record` | `dict`; `_` stands for `-` in names |
| `variant`, `result` | a pair of the case and its payload; the cases of `result` are `ok` and `err` |
| `enum`, `flags` | `str`, `frozenset` of `str` |
| `option` | the payload or `None` |
| a handle | its number |
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from ..errors import DataError
from .scalars import (
    BOOL as BOOL,
    BORROW as BORROW,
    F64 as F64,
    OWN as OWN,
    S16 as S16,
    S32 as S32,
    S64 as S64,
    U8 as U8,
    U16 as U16,
    U32 as U32,
    U64 as U64,
    Memory as Memory,
    Scalar as Scalar,
    Type as Type,
    aligned as aligned,
)

PAIR = struct.Struct("<II")


class Pointed(Type):
    """A type whose values lie elsewhere: an address and a length."""

    size = 8
    align = 4
    flat = ("i32", "i32")

    def write(self, memory: Memory, value: Any) -> tuple[int, int]:
        raise NotImplementedError

    def read(self, memory: Memory, at: int, length: int) -> Any:
        raise NotImplementedError

    def load(self, memory: Memory, at: int) -> Any:
        return self.read(memory, *PAIR.unpack_from(memory.view, at))

    def store(self, memory: Memory, at: int, value: Any) -> None:
        pair = self.write(memory, value)
        PAIR.pack_into(memory.view, at, *pair)

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        return list(self.write(memory, value))

    def lift(self, memory: Memory, flat: Sequence[Any]) -> Any:
        return self.read(memory, flat[0] & 0xFFFF_FFFF, flat[1] & 0xFFFF_FFFF)


def _write_bytes(memory: Memory, data: bytes | memoryview, align: int) -> int:
    at = memory.alloc(align, len(data))
    memory.view[at : at + len(data)] = data
    return at


def _read_bytes(memory: Memory, at: int, length: int) -> bytes:
    data = bytes(memory.view[at : at + length])
    if len(data) != length:
        raise ValueError("the module returned a list outside of its memory")
    return data


class String(Pointed):
    def write(self, memory: Memory, value: Any) -> tuple[int, int]:
        try:
            data = value.encode()
        except UnicodeEncodeError as error:
            raise DataError(f"the text cannot be passed as UTF-8: {error.reason}") from error
        return _write_bytes(memory, data, 1), len(data)

    def read(self, memory: Memory, at: int, length: int) -> str:
        return _read_bytes(memory, at, length).decode()


STRING = String()


class List(Pointed):
    def __init__(self, element: Type) -> None:
        self._element = element

    def write(self, memory: Memory, value: Any) -> tuple[int, int]:
        element = self._element
        if element is U8:
            return _write_bytes(memory, value, 1), len(value)
        if isinstance(element, Scalar) and element is not BOOL:
            code = element._struct.format[1:]
            data = struct.pack(f"<{len(value)}{code}", *value)
            return _write_bytes(memory, data, element.align), len(value)
        at = memory.alloc(element.align, element.size * len(value))
        for index, one in enumerate(value):
            element.store(memory, at + index * element.size, one)
        return at, len(value)

    def read(self, memory: Memory, at: int, length: int) -> Any:
        element = self._element
        if element is U8:
            return _read_bytes(memory, at, length)
        if isinstance(element, Scalar) and element is not BOOL:
            code = element._struct.format[1:]
            data = _read_bytes(memory, at, length * element.size)
            return list(struct.unpack(f"<{length}{code}", data))
        return [element.load(memory, at + index * element.size) for index in range(length)]


class Fields(Type):
    """Several values one after the other."""

    def __init__(self, types: Sequence[Type]) -> None:
        self._types = types
        self.align = max((one.align for one in types), default=1)
        offset = 0
        self._offsets = []
        for one in types:
            offset = aligned(offset, one.align)
            self._offsets.append(offset)
            offset += one.size
        self.size = aligned(offset, self.align)
        self.flat = tuple(core for one in types for core in one.flat)

    def load(self, memory: Memory, at: int) -> Any:
        pairs = zip(self._types, self._offsets)
        return tuple([one.load(memory, at + offset) for one, offset in pairs])

    def store(self, memory: Memory, at: int, value: Any) -> None:
        for one, offset, part in zip(self._types, self._offsets, value, strict=True):
            one.store(memory, at + offset, part)

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        flat: list[Any] = []
        for one, part in zip(self._types, value, strict=True):
            flat += one.lower(memory, part)
        return flat

    def lift(self, memory: Memory, flat: Sequence[Any]) -> Any:
        values = []
        at = 0
        for one in self._types:
            values.append(one.lift(memory, flat[at : at + len(one.flat)]))
            at += len(one.flat)
        return tuple(values)


class Tuple(Fields):
    pass


class Record(Fields):
    def __init__(self, fields: Sequence[tuple[str, Type]]) -> None:
        super().__init__([one for _, one in fields])
        self._names = [name for name, _ in fields]

    def load(self, memory: Memory, at: int) -> Any:
        return dict(zip(self._names, super().load(memory, at)))

    def store(self, memory: Memory, at: int, value: Any) -> None:
        super().store(memory, at, [value[name] for name in self._names])

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        return super().lower(memory, [value[name] for name in self._names])

    def lift(self, memory: Memory, flat: Sequence[Any]) -> Any:
        return dict(zip(self._names, super().lift(memory, flat)))


def _joined(one: str, other: str) -> str:
    return one if one == other else "i32" if {one, other} == {"i32", "f32"} else "i64"


class Variant(Type):
    def __init__(self, cases: Sequence[tuple[str, Type | None]]) -> None:
        self._cases = cases
        self._index = {name: index for index, (name, _) in enumerate(cases)}
        payloads = [payload for _, payload in cases if payload is not None]
        self.align = max([1, *(payload.align for payload in payloads)])
        self._payload = aligned(1, self.align)
        largest = max([0, *(payload.size for payload in payloads)])
        self.size = aligned(self._payload + largest, self.align)
        flat: list[str] = []
        for payload in payloads:
            for index, core in enumerate(payload.flat):
                if index < len(flat):
                    flat[index] = _joined(flat[index], core)
                else:
                    flat.append(core)
        self.flat = ("i32", *flat)

    def _named(self, index: int, payload: Any) -> Any:
        return self._cases[index][0], payload

    def _case(self, value: Any) -> tuple[int, Any]:
        return self._index[value[0]], value[1]

    def load(self, memory: Memory, at: int) -> Any:
        index = memory.view[at]
        payload = self._cases[index][1]
        loaded = None if payload is None else payload.load(memory, at + self._payload)
        return self._named(index, loaded)

    def store(self, memory: Memory, at: int, value: Any) -> None:
        index, content = self._case(value)
        payload = self._cases[index][1]
        memory.view[at] = index
        if payload is not None:
            payload.store(memory, at + self._payload, content)

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        index, content = self._case(value)
        payload = self._cases[index][1]
        flat = [index]
        if payload is not None:
            lowered = payload.lower(memory, content)
            for one, core, joined in zip(lowered, payload.flat, self.flat[1:]):
                if core == "f64" and joined == "i64":
                    one = struct.unpack("<q", struct.pack("<d", one))[0]
                flat.append(one)
        return flat + [0.0 if core == "f64" else 0 for core in self.flat[len(flat) :]]

    def lift(self, memory: Memory, flat: Sequence[Any]) -> Any:
        index = flat[0]
        payload = self._cases[index][1]
        if payload is None:
            return self._named(index, None)
        parts = []
        for one, core, joined in zip(flat[1:], payload.flat, self.flat[1:]):
            if core == "f64" and joined == "i64":
                one = struct.unpack("<d", struct.pack("<q", one))[0]
            parts.append(one)
        return self._named(index, payload.lift(memory, parts))


class Result(Variant):
    def __init__(self, ok: Type | None, err: Type | None) -> None:
        super().__init__([("ok", ok), ("err", err)])


class Option(Variant):
    def __init__(self, some: Type) -> None:
        super().__init__([("none", None), ("some", some)])

    def _named(self, index: int, payload: Any) -> Any:
        return payload

    def _case(self, value: Any) -> tuple[int, Any]:
        return (0, None) if value is None else (1, value)


class Enum(Variant):
    def __init__(self, cases: Sequence[str]) -> None:
        super().__init__([(case, None) for case in cases])

    def _named(self, index: int, payload: Any) -> Any:
        return self._cases[index][0]

    def _case(self, value: Any) -> tuple[int, Any]:
        return self._index[value], None


class Flags(Scalar):
    def __init__(self, names: Sequence[str]) -> None:
        size = 1 if len(names) <= 8 else 2 if len(names) <= 16 else 4
        super().__init__({1: "B", 2: "H", 4: "I"}[size], "i32")
        self._bits = {name: 1 << bit for bit, name in enumerate(names)}

    def _number(self, value: Any) -> int:
        return sum(self._bits[name] for name in value)

    def _names(self, number: int) -> frozenset[str]:
        return frozenset(name for name, bit in self._bits.items() if number & bit)

    def load(self, memory: Memory, at: int) -> Any:
        return self._names(super().load(memory, at))

    def store(self, memory: Memory, at: int, value: Any) -> None:
        super().store(memory, at, self._number(value))

    def lower(self, memory: Memory, value: Any) -> list[Any]:
        return [self._number(value)]

    def lift(self, memory: Memory, flat: Sequence[Any]) -> Any:
        return self._names(super().lift(memory, flat))


#: With more parameters, they lie in memory.
MAX_FLAT_PARAMETERS = 16


class Function:
    """A function of an interface."""

    def __init__(
        self, interface: str, name: str, parameters: Sequence[Type], result: Type | None
    ) -> None:
        self.interface = interface
        self.name = name
        self.parameters = Fields(parameters)
        self.result = result
        self.is_indirect = len(self.parameters.flat) > MAX_FLAT_PARAMETERS
        self.returns_address = result is not None and len(result.flat) > 1

    def lower(self, memory: Memory, values: Sequence[Any]) -> list[Any]:
        """Returns the core parameters of a call into the module."""
        if not self.is_indirect:
            return self.parameters.lower(memory, values)
        at = memory.alloc(self.parameters.align, self.parameters.size)
        self.parameters.store(memory, at, values)
        return [at]

    def lift(self, memory: Memory, result: Any) -> Any:
        """Makes the result of a call into the module."""
        if self.result is None:
            return None
        if self.returns_address:
            return self.result.load(memory, result & 0xFFFF_FFFF)
        return self.result.lift(memory, [result])

"""Makes values of Python of the data form of `wit/data.md`.

Arrays and objects can be nested in any depth: they are read with a stack of their own, not by recursion.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from ..errors import DataError, JavaScriptError
from . import tags
from .kinds import (
    ArrayBuffer,
    BigInt,
    Date,
    Map,
    RegExp,
    Set,
    SparseArray,
    Symbol,
    TypedArray,
    undefined,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SIMPLE = {20: False, 21: True, 22: None, 23: undefined}
_FLOATS = {25: struct.Struct(">e"), 26: struct.Struct(">f"), 27: struct.Struct(">d")}

#: The number of items of a list that a break ends.
_OPEN = -1


def decode(data: dict[str, Any], value_of: Callable[[int], Any]) -> Any:
    """Decodes a value. `value_of` makes the value of a token.

    Raises a `DataError` if the data is malformed.
    """
    return _Decoder(data, value_of).decode()


def date_of(milliseconds: float) -> datetime | Date:
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return Date(milliseconds)


class _Frame:
    """A list, map or set whose items are being read."""

    __slots__ = ("add", "end", "is_map", "key", "left")

    def __init__(
        self, add: Callable[..., Any], left: int, *, is_map: bool, end: Callable[[], Any] | None
    ) -> None:
        self.add = add
        self.left = left
        self.is_map = is_map
        #: The key whose value comes next, if there is one.
        self.key: list[Any] = []
        self.end = end


class _Decoder:
    def __init__(self, data: dict[str, Any], value_of: Callable[[int], Any]) -> None:
        self._bytes: bytes = data["item"]
        self._chunks: list[bytes] = data["chunks"]
        self._tokens: list[int] = data["tokens"]
        self._value_of = value_of
        self._at = 0
        self._marked: list[Any] = []
        self._stack: list[_Frame] = []

    def decode(self) -> Any:
        try:
            value = self._all()
        except DataError:
            raise
        except (LookupError, struct.error, TypeError, ValueError, RecursionError) as error:
            raise self._malformed(str(error)) from error
        if self._at != len(self._bytes):
            raise self._malformed("bytes after the value")
        return value

    def _malformed(self, what: str) -> DataError:
        return DataError(f"malformed data at byte {self._at}: {what}")

    def _all(self) -> Any:
        root = self._value()
        stack = self._stack
        while stack:
            frame = stack[-1]
            if not frame.key and (frame.left == 0 or (frame.left == _OPEN and self._break())):
                stack.pop()
                if frame.end is not None:
                    frame.end()
                continue
            if not frame.is_map:
                frame.left -= frame.left > 0
                frame.add(self._value())
            elif not frame.key:
                # A key that is an object is read in whole before its value.
                frame.key.append(self._value())
            else:
                frame.left -= frame.left > 0
                frame.add(frame.key.pop(), self._value())
        return root

    def _break(self) -> bool:
        if self._bytes[self._at] == 0xFF:
            self._at += 1
            return True
        return False

    def _skip(self, count: int) -> int:
        at = self._at
        if at + count > len(self._bytes):
            raise self._malformed("it ends too early")
        self._at = at + count
        return at

    def _number(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise self._malformed("a length that is none")
        size = 1 << (info - 24)
        at = self._skip(size)
        return int.from_bytes(self._bytes[at : at + size], "big")

    def _take(self, info: int) -> bytes:
        length = self._number(info)
        at = self._skip(length)
        return self._bytes[at : at + length]

    def _count(self, info: int) -> int:
        return _OPEN if info == 31 else self._number(info)

    def _expect(self, major: int) -> int:
        first = self._bytes[self._skip(1)]
        if first >> 5 != major:
            raise self._malformed("an item of another type")
        return first & 31

    def _value(self, mark: int | None = None) -> Any:
        """Reads a value. The contents of lists, maps and sets are read afterwards, from the stack."""
        first = self._bytes[self._skip(1)]
        major, info = first >> 5, first & 31
        value: Any
        if major == 0:
            return self._integer(self._number(info))
        if major == 1:
            return self._integer(-1 - self._number(info))
        if major == 2:
            value = ArrayBuffer(self._take(info))
        elif major == 3:
            return self._take(info).decode()
        elif major == 4:
            value = []
            self._push(value.append, self._count(info))
        elif major == 5:
            value = {}
            self._properties(value, info)
        elif major == 6:
            return self._tagged(self._number(info), mark)
        elif info in _SIMPLE:
            return _SIMPLE[info]
        elif info in _FLOATS:
            found = _FLOATS[info]
            return found.unpack_from(self._bytes, self._skip(found.size))[0]
        else:
            raise self._malformed(f"the simple value {info}")
        return self._marks(mark, value)

    @staticmethod
    def _integer(value: int) -> int:
        return value if -tags.SAFE < value < tags.SAFE else BigInt(value)

    def _marks(self, mark: int | None, value: Any) -> Any:
        """Remembers a value before its contents are read, so that they can refer to it."""
        if mark is not None:
            self._marked[mark] = value
        return value

    def _push(
        self,
        add: Callable[..., Any],
        left: int,
        *,
        is_map: bool = False,
        end: Callable[[], Any] | None = None,
    ) -> None:
        self._stack.append(_Frame(add, left, is_map=is_map, end=end))

    def _properties(
        self, target: dict[Any, Any], info: int, end: Callable[[], Any] | None = None
    ) -> None:
        def add(key: Any, value: Any) -> None:
            target[key if isinstance(key, (str, Symbol)) else str(key)] = value

        self._push(add, self._count(info), is_map=True, end=end)

    def _tagged(self, tag: int, mark: int | None) -> Any:
        if tag == tags.SHARED:
            self._marked.append(undefined)
            mark = len(self._marked) - 1
            return self._marks(mark, self._value(mark))
        if tag == tags.REFERENCE:
            index = self._value()
            if not isinstance(index, int) or not 0 <= index < len(self._marked):
                raise self._malformed("a reference to no mark")
            return self._marked[index]
        return self._marks(mark, self._made(tag, mark))

    def _made(self, tag: int, mark: int | None) -> Any:
        if tag == tags.SECONDS:
            seconds = self._value()
            if not isinstance(seconds, (int, float)):
                raise self._malformed("a date that is no number")
            return date_of(seconds * 1000 if seconds != seconds else round(seconds * 1000))
        if tag == tags.POSITIVE:
            return BigInt(int.from_bytes(self._blob(), "big"))
        if tag == tags.NEGATIVE:
            return BigInt(-1 - int.from_bytes(self._blob(), "big"))
        if tag == tags.CLASS:
            return self._class(mark)
        if tag == tags.SET:
            members = Set()
            self._push(members.add, self._count(self._expect(4)))
            return members
        if tag == tags.MAP:
            found = Map()
            self._push(found.__setitem__, self._count(self._expect(5)), is_map=True)
            return found
        if tag == tags.LATIN1:
            return self._blob().decode("latin-1")
        if tag == tags.UTF16:
            return self._blob().decode("utf-16-le", "surrogatepass")
        if tag == tags.NUMBERS:
            blob = self._blob()
            numbers = struct.unpack(f"<{len(blob) // 8}d", blob[: len(blob) & -8])
            return [whole(number) for number in numbers]
        if tag == tags.OPAQUE:
            return self._value_of(self._indexed(self._tokens))
        if tag == tags.CHUNK:
            return ArrayBuffer(self._indexed(self._chunks))
        name = tags.VIEW_NAMES.get(tag)
        if name is None:
            raise self._malformed(f"the tag {tag}")
        return view_of(name, self._blob())

    def _class(self, mark: int | None) -> Any:
        """Reads an object of a class: tag 27."""
        count = self._number(self._expect(4))
        name = self._value()
        if not isinstance(name, str):
            raise self._malformed("a class without a name")
        if name in tags.ERRORS:
            return self._error(name, count, mark)
        if name == "Array":
            array = SparseArray(self._value())
            self._properties(array.items, self._expect(5))
            return array
        if name == "Symbol":
            return Symbol(self._value() if count > 1 else None)
        if name == "Symbol.for":
            return Symbol(self._value(), "for")
        if name.startswith("Symbol."):
            return Symbol(name.removeprefix("Symbol."), "well-known")
        if name == "Date":
            return date_of(self._value())
        if name == "RegExp":
            return RegExp(self._value(), self._value(), self._value())
        if name == "Object":
            return self._value()
        if name in tags.ITEM_SIZES:
            buffer, offset, length = self._value(), self._value(), self._value()
            if not isinstance(buffer, ArrayBuffer):
                raise self._malformed(f"a {name} without a buffer")
            end = offset + length * tags.ITEM_SIZES[name]
            return view_of(name, buffer.data[offset:end])
        raise self._malformed(f"the class {name}")

    def _error(self, name: str, count: int, mark: int | None) -> JavaScriptError:
        error = JavaScriptError(name=name, class_name=name)
        properties = error.properties

        def end() -> None:
            error.message = str(properties.pop("message", ""))
            error.args = (error.message,)
            error.stack = str(properties.pop("stack", ""))
            error.cause = properties.pop("cause", None)
            errors = properties.pop("errors", None)
            error.errors = errors if isinstance(errors, list) else None
            inherited = self._value() if count > 2 else name
            error.name = str(properties.pop("name", inherited))

        self._properties(properties, self._expect(5), end)
        return error

    def _indexed(self, items: list[Any]) -> Any:
        index = self._value()
        if not isinstance(index, int) or not 0 <= index < len(items):
            raise self._malformed("an index that is out of range")
        return items[index]

    def _blob(self) -> bytes:
        """Reads a byte string, or the chunk in its place."""
        first = self._bytes[self._skip(1)]
        if first >> 5 == 2:
            return self._take(first & 31)
        if first >> 5 == 6 and self._number(first & 31) == tags.CHUNK:
            return bytes(self._indexed(self._chunks))
        raise self._malformed("something else than a byte string")


def whole(number: float) -> int | float:
    """A number as `int` if it is whole, and not -0."""
    if number.is_integer() and abs(number) < tags.SAFE and (number or str(number)[0] != "-"):
        return int(number)
    return number


def view_of(name: str, data: bytes) -> Any:
    return data if name == "Uint8Array" else TypedArray(name, data)

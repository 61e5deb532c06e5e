"""Copies values of Python into the data form of `wit/data.md`.

Values can be nested in any depth: they are written with a stack of iterators, not by recursion.
"""

from __future__ import annotations

import array
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import chain
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

#: Bytes from this length on cross as chunks, which are copied once.
_LONG = 4096
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ARRAYS = {
    "b": "Int8Array",
    "B": "Uint8Array",
    "f": "Float32Array",
    "d": "Float64Array",
}
_INTEGERS = {2: "16Array", 4: "32Array", 8: "64Array"}

#: Gives the token of a handle.
Tokens = Callable[[Any], int]


def encode(value: Any, token_of: Tokens, handle: type) -> dict[str, Any]:
    """Encodes a value. Values of the type `handle` stay in their VM.

    Raises a `DataError` if a value has no form in JavaScript.
    """
    return _Encoder(token_of, handle).encode(value)


def error_class(error: BaseException) -> tuple[str, str]:
    """Returns the nearest built-in class of an exception, and its name."""
    if isinstance(error, JavaScriptError):
        name = error.name or "Error"
        nearest = error.class_name or name
        return (nearest if nearest in tags.ERRORS else "Error"), name
    name = type(error).__name__
    if isinstance(error, DataError):
        return "TypeError", "TypeError"
    return (name if name in {"TypeError", "SyntaxError"} else "Error"), name


def message_of(error: BaseException) -> str:
    if isinstance(error, JavaScriptError):
        return error.message
    if isinstance(error, KeyError) and len(error.args) == 1:
        return str(error.args[0])
    return str(error)


def milliseconds_of(value: datetime) -> float:
    if value.tzinfo is None:
        raise DataError(
            "a datetime without a time zone is no moment: use datetime.now(timezone.utc), or "
            "value.astimezone() for local time"
        )
    return (value - _EPOCH) / timedelta(milliseconds=1)


_CONTAINERS = (list, tuple, dict, set, frozenset, Map, Set, SparseArray, BaseException, Mapping)
#: Types that most values have. Others take longer to tell apart.
_LEAVES = frozenset((str, int, float, bool, bytes, type(None)))


class _Encoder:
    def __init__(self, token_of: Tokens, handle: type) -> None:
        self._token_of = token_of
        self._handle = handle
        self._out = bytearray()
        self._chunks: list[bytes] = []
        self._tokens: list[int] = []
        #: How often a container is reached, by its id.
        self._reached: dict[int, int] = {}
        #: Keeps what was visited, so that its id is of nothing else.
        self._visited: list[Any] = []
        self._marks: dict[int, int] = {}
        self._stack: list[Iterator[Any]] = []

    def encode(self, value: Any) -> dict[str, Any]:
        self._visit(value)
        stack = self._stack
        stack.append(iter((value,)))
        while stack:
            for one in stack[-1]:
                depth = len(stack)
                self._value(one)
                if len(stack) != depth:
                    break
            else:
                stack.pop()
        return {"item": bytes(self._out), "chunks": self._chunks, "tokens": self._tokens}

    def _visit(self, start: Any) -> None:
        """Counts which containers are reached more than once."""
        reached = self._reached
        stack = [start]
        while stack:
            value = stack.pop()
            if type(value) in _LEAVES:
                continue
            if not isinstance(value, _CONTAINERS) or isinstance(value, self._handle):
                continue
            count = reached[id(value)] = reached.get(id(value), 0) + 1
            if count == 1:
                self._visited.append(value)
                stack.extend(self._contents(value))

    def _contents(self, value: Any) -> Iterable[Any]:
        if type(value) is dict:
            return value.values()
        if type(value) is list:
            return value
        if isinstance(value, Map):
            return chain.from_iterable(value.pairs())
        if isinstance(value, Mapping):
            return value.values()
        if isinstance(value, SparseArray):
            return value.items.values()
        if isinstance(value, BaseException):
            return _error_properties(value).values()
        return value  # type: ignore[no-any-return]

    def _head(self, major: int, number: int) -> None:
        major <<= 5
        if number < 24:
            self._out.append(major | number)
            return
        size, info = (1, 24) if number < 1 << 8 else (2, 25) if number < 1 << 16 else (4, 26)
        if number >= 1 << 32:
            size, info = 8, 27
        self._out.append(major | info)
        self._out += number.to_bytes(size, "big")

    def _value(self, value: Any) -> None:
        kind = type(value)
        if kind is str:
            self._string(value)
        elif kind is dict or kind is list:
            self._container(value)
        elif value is None:
            self._out.append(0xF6)
        elif value is undefined:
            self._out.append(0xF7)
        elif isinstance(value, bool):
            self._out.append(0xF5 if value else 0xF4)
        elif isinstance(value, int):
            self._int(value)
        elif isinstance(value, float):
            self._out.append(0xFB)
            self._out += struct.pack(">d", value)
        elif isinstance(value, str):
            self._string(value)
        elif isinstance(value, self._handle):
            self._head(6, tags.OPAQUE)
            self._head(0, len(self._tokens))
            self._tokens.append(self._token_of(value))
        elif isinstance(value, _CONTAINERS):
            self._container(value)
        else:
            self._leaf(value)

    def _int(self, value: int) -> None:
        if isinstance(value, BigInt) or not -tags.SAFE < value < tags.SAFE:
            magnitude = -1 - value if value < 0 else int(value)
            self._head(6, tags.NEGATIVE if value < 0 else tags.POSITIVE)
            self._blob(magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big"))
        elif value >= 0:
            self._head(0, value)
        else:
            self._head(1, -1 - value)

    def _string(self, value: str) -> None:
        try:
            data = value.encode()
        except UnicodeEncodeError:
            self._head(6, tags.UTF16)
            self._blob(value.encode("utf-16-le", "surrogatepass"))
            return
        if len(data) >= _LONG and len(data) == len(value):
            self._head(6, tags.LATIN1)
            self._blob(data)
            return
        self._head(3, len(data))
        self._out += data

    def _blob(self, data: bytes) -> None:
        if len(data) < _LONG:
            self._head(2, len(data))
            self._out += data
            return
        self._head(6, tags.CHUNK)
        self._head(0, len(self._chunks))
        self._chunks.append(data)

    def _class(self, name: str, length: int) -> None:
        """Begins tag 27 with an array of `length`, of which this is the first element."""
        self._head(6, tags.CLASS)
        self._head(4, length)
        self._string(name)

    def _container(self, value: Any) -> None:
        if self._reached.get(id(value), 1) > 1:
            mark = self._marks.get(id(value))
            if mark is not None:
                self._head(6, tags.REFERENCE)
                self._head(0, mark)
                return
            self._marks[id(value)] = len(self._marks)
            self._head(6, tags.SHARED)
        if isinstance(value, (list, tuple)):
            self._head(4, len(value))
            self._stack.append(iter(value))
        elif type(value) is dict:
            self._properties(value)
        elif isinstance(value, Map):
            self._head(6, tags.MAP)
            self._head(5, len(value))
            self._stack.append(chain.from_iterable(value.pairs()))
        elif isinstance(value, Mapping):
            self._properties(value)
        elif isinstance(value, (set, frozenset, Set)):
            self._head(6, tags.SET)
            self._head(4, len(value))
            self._stack.append(iter(value))
        elif isinstance(value, SparseArray):
            self._class("Array", 3)
            self._int(value.length)
            self._properties(value.items)
        else:
            self._error(value)

    def _properties(self, value: Mapping[Any, Any], *more: Any) -> None:
        self._head(5, len(value))
        pairs = ((_key(key), content) for key, content in value.items())
        self._stack.append(chain(chain.from_iterable(pairs), more))

    def _error(self, value: BaseException) -> None:
        name, inherited = error_class(value)
        self._class(name, 2 if name == inherited else 3)
        self._properties(_error_properties(value), *([] if name == inherited else [inherited]))

    def _leaf(self, value: Any) -> None:
        if isinstance(value, (bytes, bytearray, memoryview)):
            self._view("Uint8Array", bytes(value))
        elif isinstance(value, ArrayBuffer):
            self._blob(value.data)
        elif isinstance(value, TypedArray):
            self._view(value.kind, value.data)
        elif isinstance(value, array.array):
            self._view(_array_kind(value), value.tobytes())
        elif isinstance(value, datetime):
            self._date(milliseconds_of(value))
        elif isinstance(value, Date):
            self._date(value.milliseconds)
        elif isinstance(value, RegExp):
            self._class("RegExp", 4)
            self._string(value.source)
            self._string(value.flags)
            self._int(value.last_index)
        elif isinstance(value, Symbol):
            self._symbol(value)
        else:
            name = type(value).__name__
            hint = (
                "pass it as a host function, with functions= or async_functions="
                if callable(value)
                else "convert it to a dict, a list or a string"
            )
            raise DataError(f"a value of type {name} has no form in JavaScript: {hint}")

    def _view(self, kind: str, data: bytes) -> None:
        tag = tags.VIEWS.get(kind)
        if tag is not None:
            self._head(6, tag)
            self._blob(data)
            return
        if kind != "DataView":
            raise DataError(f"{kind!r} is no class of typed arrays: {', '.join(tags.VIEWS)}")
        self._class(kind, 4)
        self._blob(data)
        self._int(0)
        self._int(len(data))

    def _date(self, milliseconds: float) -> None:
        self._class("Date", 2)
        self._value(float(milliseconds))

    def _symbol(self, value: Symbol) -> None:
        if value.kind == "well-known":
            self._class(f"Symbol.{value.description}", 1)
            return
        name = "Symbol.for" if value.kind == "for" else "Symbol"
        self._class(name, 1 if value.description is None else 2)
        if value.description is not None:
            self._string(value.description)


def _key(key: Any) -> Any:
    if isinstance(key, (str, Symbol)):
        return key
    if isinstance(key, int) and not isinstance(key, bool):
        return str(int(key))
    raise DataError(
        f"{key!r} is no key of an object: keys are strings, integers and symbols. "
        "jsvm.Map has any keys"
    )


def _error_properties(error: BaseException) -> dict[Any, Any]:
    """The properties of an error. The traceback names places of the host, and is not among them."""
    found: dict[Any, Any] = {"message": message_of(error)}
    cause = error.cause if isinstance(error, JavaScriptError) else error.__cause__
    if cause is not None:
        found["cause"] = cause
    if isinstance(error, JavaScriptError):
        if error.errors is not None:
            found["errors"] = error.errors
        found.update(error.properties)
    return found


def _array_kind(value: array.array[Any]) -> str:
    code = value.typecode
    if code in _ARRAYS:
        return _ARRAYS[code]
    bits = _INTEGERS.get(value.itemsize)
    if bits is None or code in "uw":
        raise DataError(f"an array of type code {code!r} has no form in JavaScript")
    prefix = "Big" if value.itemsize == 8 else ""
    return f"{prefix}{'U' * code.isupper()}{'i' if code.isupper() else 'I'}nt{bits}"

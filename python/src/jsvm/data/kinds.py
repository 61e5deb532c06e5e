"""Values that JavaScript has and Python does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, final


@final
class Undefined:
    """The type of `undefined`, of which there is one value. It is false."""

    _only: ClassVar[Undefined | None] = None

    def __new__(cls) -> Undefined:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "undefined"

    def __reduce__(self) -> str:
        return "undefined"


#: `undefined` of JavaScript. `None` is `null`.
undefined = Undefined()


class BigInt(int):
    """A BigInt. An `int` beyond 2**53 is one, too; a smaller `int` is a number."""

    def __repr__(self) -> str:
        return f"BigInt({int(self)})"


@dataclass(frozen=True)
class Symbol:
    """A symbol: `Symbol("name")`, `Symbol("key", "for")` or `Symbol("iterator", "well-known")`.

    Each copy of a symbol of the first kind is a new symbol in the VM.
    """

    description: str | None = None
    kind: Literal["new", "for", "well-known"] = "new"


@dataclass(frozen=True)
class RegExp:
    """A regular expression of JavaScript."""

    source: str
    flags: str = ""
    last_index: int = 0


@dataclass(frozen=True)
class Date:
    """A date that `datetime` cannot hold: invalid (`nan`), or beyond the years 1 to 9999."""

    milliseconds: float


@dataclass(frozen=True)
class ArrayBuffer:
    """An `ArrayBuffer`. `bytes` are a `Uint8Array`."""

    data: bytes


@dataclass(frozen=True)
class TypedArray:
    """A typed array or `DataView`, by the name of its class.

    Values of `array.array` become typed arrays, too.
    """

    kind: str
    data: bytes

    _CODES: ClassVar[dict[str, str]] = {
        "Uint8Array": "B",
        "Uint8ClampedArray": "B",
        "Uint16Array": "H",
        "Uint32Array": "I",
        "BigUint64Array": "Q",
        "Int8Array": "b",
        "Int16Array": "h",
        "Int32Array": "i",
        "BigInt64Array": "q",
        "Float16Array": "e",
        "Float32Array": "f",
        "Float64Array": "d",
        "DataView": "B",
    }

    def __len__(self) -> int:
        return len(self.view())

    def view(self) -> memoryview:
        """The elements."""
        return memoryview(self.data).cast("B").cast(self._CODES[self.kind])  # type: ignore[call-overload, no-any-return]

    def to_list(self) -> list[Any]:
        """A copy of the elements."""
        return list(self.view())


@dataclass
class SparseArray:
    """An array with holes, or with properties besides its elements."""

    length: int
    #: By index, and by name.
    items: dict[Any, Any] = field(default_factory=dict)

    def to_list(self) -> list[Any]:
        """The elements, with `undefined` for holes. Check `length` first: a script chooses it."""
        return [self.items.get(str(index), undefined) for index in range(self.length)]


def _same(value: Any) -> Any:
    """A key that two values share if `Map` and `Set` of JavaScript take them for the same."""
    if value is None or isinstance(value, (str, Undefined, Symbol)):
        return value
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, BigInt) or (isinstance(value, int) and abs(value) >= 1 << 53):
        return "bigint", int(value)
    if isinstance(value, (int, float)):
        return "number", "NaN" if value != value else float(value)
    return "object", id(value)


class Map(MutableMapping[Any, Any]):
    """A `Map`: keys can be any values. Objects are told apart by identity, as in JavaScript."""

    def __init__(self, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self._items: dict[Any, tuple[Any, Any]] = {}
        for key, value in items:
            self[key] = value

    def __getitem__(self, key: Any) -> Any:
        return self._items[_same(key)][1]

    def __setitem__(self, key: Any, value: Any) -> None:
        same = _same(key)
        self._items[same] = self._items.get(same, (key,))[0], value

    def __delitem__(self, key: Any) -> None:
        del self._items[_same(key)]

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Map of {len(self)}"

    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """The keys with their values, in the order in which they were added."""
        return iter(self._items.values())


class Set(MutableSet[Any]):
    """A `Set`: members can be any values. Objects are told apart by identity, as in JavaScript."""

    def __init__(self, members: Iterable[Any] = ()) -> None:
        self._members: dict[Any, Any] = {}
        for member in members:
            self.add(member)

    def __contains__(self, member: object) -> bool:
        return _same(member) in self._members

    def __iter__(self) -> Iterator[Any]:
        return iter(self._members.values())

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"Set of {len(self)}"

    def add(self, value: Any) -> None:
        self._members.setdefault(_same(value), value)

    def discard(self, value: Any) -> None:
        self._members.pop(_same(value), None)

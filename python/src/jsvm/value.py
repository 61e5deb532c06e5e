"""Handles to values in a VM."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Literal

from ._instance import Instance, borrow_of, data_of, input_of, inputs_of, key_of
from .data import BigInt, undefined
from .errors import UseError

Kind = Literal[
    "undefined",
    "null",
    "boolean",
    "number",
    "bigint",
    "text",
    "symbol",
    "object",
    "array",
    "function",
    "error",
    "promise",
    "date",
    "regexp",
    "map-object",
    "set-object",
    "array-buffer",
    "typed-array",
    "data-view",
    "proxy",
    "weak",
]


class Value:
    """A handle to a value in a VM. It keeps its value alive until it is closed or collected.

    Where a method takes a value, it takes handles, and other values of Python as copies. Methods return
    primitives as they are, and other values as handles.

    >>> numbers = vm.eval_value("[3, 1, 2]")
    >>> numbers.get("length")
    3
    >>> numbers.call_method("toSorted").to_data()
    [1, 2, 3]
    """

    __slots__ = ("__weakref__", "_instance", "_rep", "_token")

    _instance: Instance | None
    _rep: int | None
    _token: int | None

    def __init__(self) -> None:
        raise TypeError("handles come from a VM: vm.eval_value(), vm.from_data()")

    @classmethod
    def _new(cls, instance: Instance, rep: int | None, token: int | None) -> Value:
        value = cls.__new__(cls)
        value._instance = instance
        value._rep = rep
        value._token = token
        return value

    @classmethod
    def _of(cls, instance: Instance, rep: int) -> Value:
        return cls._new(instance, rep, None)

    @classmethod
    def _of_token(cls, instance: Instance, token: int) -> Value:
        """Makes a handle of a token. The VM is asked for its value when it is first needed."""
        return cls._new(instance, None, token)

    def _live(self) -> Instance:
        if self._instance is None:
            raise UseError("the handle was closed")
        return self._instance

    def _rep_in(self, instance: Instance) -> int:
        """The number of the handle, for a call that has begun."""
        if self._live() is not instance:
            raise UseError("the handle is of another VM: copy its value with to_data()")
        if self._rep is None:
            found = instance.called("roots.get-retained", self._token)
            if found is None:
                raise UseError("the value is gone: its VM was restored from a snapshot")
            self._rep = int(found)
        return self._rep

    def _call(self, name: str, *values: Any) -> Any:
        return self._live().run(f"value.{name}", borrow_of(self), *values)

    def _output(self, name: str, *values: Any) -> Any:
        return simplified(self._live().output(self._call(name, *values)))

    def close(self) -> None:
        """Gives the handle up. The VM may then free the value."""
        instance, self._instance = self._instance, None
        if instance is None:
            return
        # Handles are given up with the next call: this one may come at any time, from any thread.
        if self._token is not None:
            instance.lost.append((self._token,))
        if self._rep is not None:
            instance.lost.append(self._rep)

    def __del__(self) -> None:
        if getattr(self, "_instance", None) is not None:
            self.close()

    def __enter__(self) -> Value:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def clone(self) -> Value:
        """Another handle to the same value."""
        return Value._of(self._live(), self._call("clone"))

    @property
    def kind(self) -> Kind:
        """The kind of the value."""
        return self._call("kind")  # type: ignore[no-any-return]

    @property
    def class_name(self) -> str | None:
        """The engine's name for the class of an object, such as `Map`, which scripts cannot change."""
        return self._call("class-name")  # type: ignore[no-any-return]

    def to_data(self) -> Any:
        """A copy of the value, with cycles. Functions and promises in it are handles."""
        return self._live().decoded(self._call("to-data"))

    def to_json(self) -> str | None:
        """The value as JSON, or nothing if JSON has no form for it."""
        return self._call("to-json")  # type: ignore[no-any-return]

    def to_text(self) -> str:
        """`String(value)`, with its lone surrogates."""
        tag, units = self._call("to-units")
        if tag == "latin1":
            return bytes(units).decode("latin-1")
        data = b"".join(unit.to_bytes(2, "little") for unit in units)
        return data.decode("utf-16-le", "surrogatepass")

    def to_number(self) -> float:
        """`Number(value)`"""
        return self._call("to-number")  # type: ignore[no-any-return]

    def to_bytes(self) -> bytes:
        """The bytes of an array buffer, or those that a view covers."""
        return self._call("to-bytes")  # type: ignore[no-any-return]

    def inspect(self, depth: int = 2, *, colors: bool = False) -> str:
        """The value as a console shows it."""
        return self._call("inspect", {"depth": depth, "colors": colors})  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        # It must not call the VM, which may be running or gone.
        return f"<jsvm.Value at {id(self):#x}>"

    def get(self, key: Any) -> Any:
        """`value[key]`"""
        return self._output("get", key_of(key))

    def set(self, key: Any, to: Any) -> None:
        """`value[key] = to`, in strict mode."""
        self._call("set", key_of(key), input_of(to))

    def delete(self, key: Any) -> bool:
        """`delete value[key]`"""
        return bool(self._call("delete", key_of(key)))

    def has(self, key: Any) -> bool:
        """`key in value`"""
        return bool(self._call("has", key_of(key)))

    def keys(self) -> list[str]:
        """The own enumerable string keys."""
        found = self._call("keys", {"strings"})
        return [key if tag == "text" else _from_units(key) for tag, key in found]

    def call(self, *arguments: Any, this: Any = undefined) -> Any:
        """Calls the value."""
        return self._output("call", input_of(this), inputs_of(arguments))

    def call_method(self, key: Any, *arguments: Any) -> Any:
        """Calls a method: `value[key](...arguments)`."""
        return self._output("call-method", key_of(key), inputs_of(arguments))

    def call_data(self, *arguments: Any) -> Any:
        """Calls the value with copies of the arguments, and returns a copy of the result."""
        data = self._call("call-data", ("undefined", None), data_of(arguments))
        return self._live().decoded(data)

    def construct(self, *arguments: Any) -> Any:
        """`new value(...arguments)`"""
        return self._output("construct", inputs_of(arguments))

    def is_instance(self, class_: Value) -> bool:
        """`value instanceof class_`"""
        return bool(self._call("is-instance", borrow_of(class_)))

    def strict_equals(self, other: Any) -> bool:
        """`value === other`"""
        return bool(self._call("strict-equals", input_of(other)))


Instance.handle = Value


def simplified(value: Any) -> Any:
    """A string or BigInt instead of a handle to it."""
    if not isinstance(value, Value):
        return value
    kind = value.kind
    if kind not in ("text", "bigint"):
        return value
    with value:
        return value.to_text() if kind == "text" else BigInt(value._call("to-bigint"))


def _from_units(units: list[int]) -> str:
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode(
        "utf-16-le", "surrogatepass"
    )

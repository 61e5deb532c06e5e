"""An instance of the engine, with the embedder's functions behind its imports."""

from __future__ import annotations

import inspect
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ._abi.machine import Machine
from .data import decode, encode, undefined
from .data.decoder import whole
from .data.encoder import error_class, message_of
from .errors import (
    DataError,
    InterruptedError,
    JavaScriptError,
    JsvmError,
    LimitError,
    SnapshotError,
    UseError,
)
from .options import Module, VmOptions, resolved
from .watch import Watch

if TYPE_CHECKING:
    from .value import Value

_CLASSES = {
    "Error": "error",
    "EvalError": "eval-error",
    "RangeError": "range-error",
    "ReferenceError": "reference-error",
    "SyntaxError": "syntax-error",
    "TypeError": "type-error",
    "URIError": "uri-error",
    "InternalError": "internal-error",
    "AggregateError": "aggregate-error",
}


def system_clock() -> tuple[int, int]:
    return time.time_ns(), time.monotonic_ns()


class Instance(Machine):
    """The engine's exports, with values of Python."""

    #: The class of handles; `value.py` sets it.
    handle: type[Value]
    ANSWERS = {
        "host.host-call": "_host_call",
        "host.should-interrupt": "_should_interrupt",
        "console.write": "_console",
        "modules.resolve": "_resolve",
        "modules.load": "_load_module",
        "wall-clock.now": "_wall_clock",
        "monotonic-clock.now": "elapsed",
        "random.get-random-u64": "_random",
    }

    def __init__(self, parts: dict[str, Any], options: VmOptions, watch: Watch) -> None:
        self.watch = watch
        self._options = options
        self._clock = options.clock or system_clock
        #: Nanoseconds by which the clock of a restored VM is ahead of the system's.
        self._ahead = 0
        self._temporary: list[int | tuple[int]] = []
        modules = options.modules
        self._load = modules.get if modules is not None and not callable(modules) else modules
        super().__init__(**parts)

    # Calls.

    def begin(self) -> None:
        self.watch.begin()

    def run(self, key: str, *values: Any) -> Any:
        """Calls a function. A failure is an exception. Values of `input_of` and its like are its own."""
        with self:
            self._give_up()
            self.begin()
            try:
                made = [one(self) if isinstance(one, Made) else one for one in values]
                result = self.called(key, *made)
                raised = self.watch.raised
                if raised is not None:
                    self.watch.raised = None
                    raise raised
            finally:
                self.lost.extend(self._temporary)
                self._temporary.clear()
        if isinstance(result, tuple) and result and result[0] in ("ok", "err"):
            if result[0] == "err":
                raise self.failure(result[1])
            return result[1]
        return result

    @contextmanager
    def within(self, deadline: float) -> Iterator[None]:
        """Calls that must end by a time."""
        before = self.watch.deadline
        self.watch.deadline = min(before, deadline)
        try:
            yield
        finally:
            self.watch.deadline = before

    def failure(self, error: Any) -> JsvmError:
        """The exception of a failure that the engine returned."""
        if isinstance(error, str):
            return _refused(error)
        tag, payload = error
        if tag == "exception":
            value = payload.get("value")
            return JavaScriptError(
                payload["message"],
                name=payload["name"],
                stack=payload["stack"],
                value=None if value is None else self.output(value),
            )
        if tag == "interrupted":
            return InterruptedError(payload)
        if tag == "output-limit":
            return LimitError("output", payload)
        return LimitError("memory")

    # Values out of the VM.

    def output(self, output: tuple[str, Any]) -> Any:
        """Makes a value of an output: primitives as they are, others as handles."""
        tag, payload = output
        if tag == "undefined":
            return undefined
        if tag == "number":
            return whole(payload)
        return self.handle._of(self, payload) if tag == "value" else payload

    def decoded(self, data: dict[str, Any]) -> Any:
        return decode(data, lambda token: self.handle._of_token(self, token))

    # Values into the VM. These are called by a thread that has entered the machine.

    def _token_of(self, value: Value) -> int:
        rep = value._rep_in(self)
        if value._token is not None:
            return value._token
        token = int(self.called("roots.retain", rep, "instance"))
        self._temporary.append((token,))
        return token

    def encoded(self, value: Any) -> dict[str, Any]:
        return encode(value, self._token_of, self.handle)

    def _encoded_now(self, value: Any) -> dict[str, Any]:
        """Encodes a value while the VM runs, which cannot be asked for tokens."""
        return encode(value, _no_handles, self.handle)

    def text_handle(self, value: str) -> int:
        """A handle for a string that UTF-8 cannot carry. It is given up after the call."""
        data = value.encode("utf-16-le", "surrogatepass")
        units = ("utf16", memoryview(data).cast("H").tolist())
        handle = int(self.called("values.create-text", units)[1])
        self._temporary.append(handle)
        return handle

    # The embedder, as the imports call it.

    def _guarded(self, work: Callable[[], Any], *, is_call: bool = False) -> Any:
        return super()._guarded(work, is_call=is_call)

    def _caught(self, work: Callable[[], Any]) -> tuple[str, Any]:
        """Calls the embedder. What it raises, the script gets."""
        try:
            return "ok", work()
        except Exception as error:
            return "err", self._thrown(error)
        except BaseException as error:
            # Ctrl-C and its like are for the program that called the VM.
            self.watch.raised = error
            return "err", ("text", "the host was interrupted")

    def _thrown(self, error: Exception) -> tuple[str, Any]:
        try:
            name, inherited = error_class(error)
            cause = error.cause if isinstance(error, JavaScriptError) else error.__cause__
            more = error.properties if isinstance(error, JavaScriptError) else {}
            if name == inherited and cause is None and not more:
                message = message_of(error).encode(errors="replace").decode()
                plain = {"class": _CLASSES[name], "message": message, "code": None, "cause": None}
                return "error", plain
            return "data", self._encoded_now(error)
        except Exception as second:
            message = str(second).encode(errors="replace").decode()
            return "error", {"class": "type-error", "message": message, "code": None, "cause": None}

    def _host_call(self, name: str, arguments: list[Any]) -> tuple[str, Any]:
        return self._caught(lambda: self._called_host(name, arguments))

    def _called_host(self, name: str, arguments: list[Any]) -> Any:
        function = self._options.functions.get(name)
        if function is None:
            raise TypeError(f"the embedder has no host function {name}")
        result = function(*[self._argument(one) for one in arguments])
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()
            raise TypeError(
                f"the host function {name} returned an awaitable: define it with async_functions="
            )
        return self._result(result)

    def _argument(self, argument: tuple[str, Any]) -> Any:
        tag, payload = argument
        if tag == "undefined":
            return undefined
        if tag == "number":
            return whole(payload)
        return self.decoded(payload) if tag == "data" else payload

    def _result(self, value: Any) -> tuple[str, Any]:
        if value is None:
            return "null", None
        if isinstance(value, bool):
            return "boolean", value
        if isinstance(value, float):
            return "number", value
        return "data", self._encoded_now(value)

    def _should_interrupt(self, point: str) -> str | None:
        try:
            return self.watch.poll(point)
        except BaseException as error:
            self.watch.raised = error
            return "embedder"

    def _console(self, level: Any, text: str) -> None:
        try:
            if self._options.console is not None:
                self._options.console(level, text)
        except BaseException as error:
            # It cannot be thrown through the VM, and must not be lost.
            self.watch.raised = self.watch.raised or error

    def _resolve(self, specifier: str, importer: str, _kind: str) -> tuple[str, Any]:
        return self._caught(lambda: self._resolved(specifier, importer))

    def _resolved(self, specifier: str, importer: str) -> str:
        if self._load is None:
            raise TypeError(f"cannot import {specifier!r}: the VM has no modules")
        own = self._options.resolve
        name = own(specifier, importer) if own is not None else None
        if name is None:
            return resolved(specifier, importer)
        if not isinstance(name, str):
            raise TypeError(f"resolve({specifier!r}) returned no string")
        return name

    def _load_module(self, name: str) -> tuple[str, Any]:
        return self._caught(lambda: self._loaded(name))

    def _loaded(self, name: str) -> Any:
        found = None if self._load is None else self._load(name)
        if found is None:
            raise TypeError(f"cannot find the module {name!r}")
        module = Module(found) if isinstance(found, str) else found
        if not isinstance(module, Module):
            raise TypeError(f"the loader returned no module for {name!r}: a text or a jsvm.Module")
        return "source", {
            "kind": module.kind,
            "text": module.text,
            "url": module.url,
            "mappings": None,
            "exports": list(module.exports),
        }

    def _wall_clock(self) -> dict[str, int]:
        seconds, nanoseconds = divmod(self._clock()[0], 1_000_000_000)
        return {"seconds": seconds, "nanoseconds": nanoseconds}

    def _random(self) -> int:
        own = self._options.random
        return (secrets.randbits(64) if own is None else own()) & 0xFFFF_FFFF_FFFF_FFFF

    def now(self) -> int:
        """The time of day in nanoseconds."""
        return self._clock()[0]

    def advance(self, to: int) -> None:
        """Lets elapsed time go on from a moment, if it is behind."""
        self._ahead += max(0, to - self.elapsed())

    def elapsed(self) -> int:
        """Elapsed time in nanoseconds, as the VM knows it."""
        return self._clock()[1] + self._ahead


class Made:
    """A value that is made when its call begins."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[Instance], Any]) -> None:
        self._make = make

    def __call__(self, instance: Instance) -> Any:
        return self._make(instance)


def _lowered(instance: Instance, value: Any) -> tuple[str, Any]:
    if value is None:
        return "null", None
    if value is undefined:
        return "undefined", None
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, float) or (isinstance(value, int) and whole_number(value)):
        return "number", float(value)
    if isinstance(value, instance.handle):
        return "value", value._rep_in(instance)
    if isinstance(value, str):
        if value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value):
            return "text", value
        return "value", instance.text_handle(value)
    handle = _checked(instance, instance.called("values.from-data", instance.encoded(value)))
    instance._temporary.append(handle)
    return "value", handle


def whole_number(value: int) -> bool:
    from .data import BigInt

    return not isinstance(value, BigInt) and abs(value) < 1 << 53


def _checked(instance: Instance, result: Any) -> Any:
    if result[0] == "err":
        raise instance.failure(result[1])
    return result[1]


def input_of(value: Any) -> Made:
    """A value as `input`. What is no primitive and no handle is copied into the VM."""
    return Made(lambda instance: _lowered(instance, value))


def inputs_of(values: Any) -> Made:
    return Made(lambda instance: [_lowered(instance, value) for value in values])


def data_of(value: Any) -> Made:
    """A value as data."""
    return Made(lambda instance: instance.encoded(value))


def key_of(key: Any) -> Made:
    """A property key."""

    def make(instance: Instance) -> tuple[str, Any]:
        if isinstance(key, bool):
            raise DataError(f"{key!r} is no key: keys are strings, integers and symbols")
        if isinstance(key, int):
            return ("index", key) if 0 <= key < 0xFFFF_FFFF else ("name", str(key))
        tag, payload = _lowered(instance, key)
        if tag not in ("text", "value"):
            raise DataError(f"{key!r} is no key: keys are strings, integers and symbols")
        return ("name" if tag == "text" else "value"), payload

    return Made(make)


def borrow_of(value: Value) -> Made:
    """A handle."""
    return Made(lambda instance: value._rep_in(instance))


def _no_handles(_: Any) -> int:
    raise UseError(
        "a handle cannot be passed while the VM runs: return its value as data, or return it from "
        "an asynchronous host function"
    )


def _refused(reason: str) -> SnapshotError:
    if reason == "busy":
        return SnapshotError("busy", "the VM is running: freeze it when the call has returned")
    if reason == "size":
        return SnapshotError(
            "too-large",
            "the memory cannot become as large as that of the snapshot: raise limits.hard_memory",
        )
    return SnapshotError("malformed", "the snapshot has bytes beyond its end")

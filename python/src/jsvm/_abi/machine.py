"""One instance of a core module: its memory, calls into it, and calls out of it."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from wasmtime import Func, FuncType, Instance, Limits, Memory, MemoryType, Module, Store
from wasmtime import Trap, WasmtimeError
from wasmtime import Engine as WasmEngine

from ..errors import EngineError, JsvmError, TrapError, UseError
from .core import CoreFunction, export, view_of
from .types import Function

PAGE = 65_536


class Imports:
    """What all instances of a module import, by the names of the WIT."""

    def __init__(self, functions: Mapping[str, Function], module: Module) -> None:
        known = {(one.interface, one.name): (key, one) for key, one in functions.items()}
        #: For each import its name in the WIT and its function, or nothing for the memory.
        self.list: list[tuple[str, Function | None, FuncType | None]] = []
        for found in module.imports:
            name = found.name or ""
            other = f"env.{name}" if found.module == "env" else name
            key, function = known.get((found.module, name), (other, None))
            ty = found.type if isinstance(found.type, FuncType) else None
            self.list.append((key, function, ty))


class Machine:
    """An instance. One thread at a time calls it; others wait."""

    #: The methods that answer the imports.
    ANSWERS: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        engine: WasmEngine,
        module: Module,
        imports: Imports,
        exports: Mapping[str, Function],
        *,
        pages: int,
        max_pages: int,
    ) -> None:
        self._exports = exports
        self._functions: dict[str, tuple[Function, CoreFunction, CoreFunction | None]] = {}
        #: Whether the memory could not grow when the module asked for more.
        self.lacked = False
        self._lock = threading.Lock()
        self._owner: int | None = None
        #: Why the machine can no longer be used.
        self.gone: JsvmError | None = None
        #: Handles (numbers) and tokens (in a tuple) that were lost. Any thread appends to it at any time.
        self.lost: deque[int | tuple[int]] = deque()
        self._store = Store(engine)
        self._store.set_limits(memory_size=max_pages * PAGE)
        try:
            self._memory = Memory(self._store, MemoryType(Limits(pages, max_pages)))
            given = [self._import(key, one, ty) for key, one, ty in imports.list]
            self._instance = Instance(self._store, module, given)
        except JsvmError:
            raise
        except Exception as error:
            raise UseError(f"cannot create another VM: {error}. Close some VMs first") from error
        self._view = memoryview(b"")
        self._realloc = self._core("cabi_realloc", ("i32",) * 4, "i32")
        self._drop: CoreFunction | None = None
        self.refresh()

    # Memory.

    @property
    def view(self) -> memoryview:
        return self._view

    def refresh(self) -> None:
        """Looks at the memory anew, which may have grown."""
        if self._memory.data_len(self._store) != len(self._view):
            self._view = view_of(self._store, self._memory)

    def alloc(self, align: int, size: int) -> int:
        """Allocates memory that the next call takes over."""
        at = int(self._realloc(0, 0, align, size)) & 0xFFFF_FFFF
        self.refresh()
        return at

    # Calls into the module.

    @property
    def busy(self) -> bool:
        """Whether this thread is in a call into the module."""
        return self._owner == threading.get_ident()

    def begin(self) -> None:
        """Is called when a call begins."""

    def release(self, token: int) -> None:
        """Gives up a token."""

    def __enter__(self) -> Machine:
        if self.busy:
            raise UseError(
                "the VM is running: a host function cannot call it. Return a value, or use an "
                "asynchronous host function"
            )
        self._lock.acquire()
        self._owner = threading.get_ident()
        if self.gone is not None:
            self.__exit__()
            # Another object each time: a traceback belongs to one raise.
            raise type(self.gone)(*self.gone.args)
        return self

    def __exit__(self, *_: object) -> None:
        self._owner = None
        self._lock.release()

    def call(self, key: str, *values: Any) -> Any:
        """Calls a function of the WIT by `interface.name`, and returns its result."""
        with self:
            self._give_up()
            self.begin()
            return self.called(key, *values)

    def called(self, key: str, *values: Any) -> Any:
        """Calls a function, by a thread that has entered the machine."""
        prepared = self._functions.get(key) or self._prepared(key)
        function, core, post = prepared
        # Wrong values leave the machine as it was; what was allocated for them is small and lost.
        flat = self._guarded(lambda: function.lower(self, values))
        result = self._guarded(lambda: core(*flat), is_call=True)
        self.refresh()
        lifted = function.lift(self, result)
        if post is not None:
            self._guarded(lambda: post(result), is_call=True)
        return lifted

    def _guarded(self, work: Callable[[], Any], *, is_call: bool = False) -> Any:
        """Makes the machine unusable if the module trapped."""
        try:
            return work()
        except (Trap, WasmtimeError) as error:
            raise self._trapped(describe(error)) from error
        except JsvmError:
            raise
        except BaseException as error:
            # In a call: Ctrl-C in a moment at which the module was left, or a mistake of this package.
            if is_call:
                self._trapped(f"it was left in the middle of a call: {error!r}")
            raise

    def _trapped(self, why: str) -> JsvmError:
        if self.gone is None:
            self.gone = TrapError(f"the VM is gone: {why}")
        return self.gone

    def close(self) -> None:
        """Frees the memory. Each later call fails."""
        if self.busy:
            raise UseError("the VM is running: close it when the call has returned")
        with self._lock:
            if self.gone is None:
                self.gone = UseError("the VM was closed")
            self._view = memoryview(b"")
            self._functions.clear()
            self._store.close()

    def _give_up(self) -> None:
        """Gives up what was lost since the last call."""
        while self.lost:
            one = self.lost.popleft()
            if isinstance(one, tuple):
                self.called("roots.release", *one)
            else:
                self.drop(one)

    def drop(self, handle: int) -> None:
        """Gives up a handle, by a thread that has entered the machine."""
        if self._drop is None:
            interface = self._exports["value.kind"].interface
            self._drop = self._core(f"{interface}#[dtor]value", ("i32",), None)
        drop = self._drop
        self._guarded(lambda: drop(handle), is_call=True)
        self.refresh()

    def _core(self, name: str, parameters: tuple[str, ...], result: str | None) -> CoreFunction:
        found = export(self._store, self._instance, name)
        if not isinstance(found, Func):
            raise EngineError(f"the module has no function {name}: it is of another version")
        return CoreFunction(self._store, found, parameters, result)

    def _prepared(self, key: str) -> tuple[Function, CoreFunction, CoreFunction | None]:
        function = self._exports[key]
        name = f"{function.interface}#{function.name}"
        flat = ("i32",) if function.is_indirect else function.parameters.flat
        result = None if function.result is None else function.result.flat[0]
        core = self._core(name, flat, "i32" if function.returns_address else result)
        post = None
        if export(self._store, self._instance, f"cabi_post_{name}") is not None:
            assert result is not None
            post = self._core(f"cabi_post_{name}", ("i32",), None)
        self._functions[key] = function, core, post
        return self._functions[key]

    # Calls out of the module.

    def _import(self, key: str, function: Function | None, ty: FuncType | None) -> Any:
        if ty is None:
            return self._memory
        # The store owns the function, and this machine owns the store.
        me = weakref.ref(self)
        if key == "[resource-new]value":
            return Func(self._store, ty, lambda number: number)
        if key == "[resource-drop]value":
            return Func(self._store, ty, lambda number: _alive(me).drop(number))
        if key == "env.grow":
            return Func(self._store, ty, lambda pages: _alive(me)._grow(pages))
        if function is None:
            raise EngineError(
                f"the module imports {key}, which is unknown: it is of another version"
            )
        return Func(self._store, ty, lambda *flat: _alive(me)._answer(key, function, flat))

    def _grow(self, pages: int) -> int:
        """Grows the memory for a module that leaves it to its embedder, as `memory.grow` does."""
        try:
            return self._memory.grow(self._store, pages & 0xFFFF_FFFF)
        except WasmtimeError:
            self.lacked = True
            return -1

    def _answer(self, key: str, function: Function, flat: tuple[Any, ...]) -> Any:
        """Calls a function of the embedder. Exceptions cannot pass through the module."""
        self.refresh()
        values = function.parameters.lift(self, flat)
        result = getattr(self, self.ANSWERS[key])(*values)
        if function.result is None:
            return None
        if function.returns_address:
            function.result.store(self, flat[-1] & 0xFFFF_FFFF, result)
            return None
        return function.result.lower(self, result)[0]


def _alive(machine: weakref.ref[Machine]) -> Machine:
    found = machine()
    if found is None:
        raise UseError("the VM was closed")
    return found


def describe(error: BaseException) -> str:
    text = str(error)
    if "call stack exhausted" in text:
        return "the stack of the host is exhausted. Lower limits.stack"
    return text.partition("\n")[0] or type(error).__name__

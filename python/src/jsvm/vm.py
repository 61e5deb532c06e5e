"""Virtual machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from ._image import capture
from ._instance import Instance, Made, borrow_of, data_of, input_of
from ._pending import PendingRequests
from .errors import DataError, TrapError, UseError
from .limits import Limits
from .options import VmOptions
from .records import JobReport, Rejection, Request
from .value import Value

if TYPE_CHECKING:
    from .engine import Engine
    from .snapshot import Snapshot


class Vm:
    """A virtual machine: one realm of JavaScript in a memory of its own, from `Engine.create_vm`.

    Any thread may use it. Calls of several threads run one after the other.

    >>> with Engine().create_vm(functions={"price": len}) as vm:
    ...     vm.eval("price('tea') + price('cake')")
    7
    """

    engine: Engine
    _instance: Instance
    _limits: Limits
    _options: VmOptions
    #: The oldest and the newest version of the requests that its JavaScript makes.
    _versions: tuple[int, int]
    _pending: PendingRequests

    def __init__(self) -> None:
        raise TypeError("a VM comes from an engine: Engine().create_vm()")

    @classmethod
    def _new(
        cls,
        engine: Engine,
        instance: Instance,
        options: VmOptions,
        limits: Limits,
        versions: tuple[int, int],
    ) -> Vm:
        vm = cls.__new__(cls)
        vm.engine = engine
        vm._instance = instance
        vm._options = options
        vm._limits = limits
        vm._versions = versions
        vm._pending = PendingRequests()
        return vm

    def __enter__(self) -> Vm:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees the VM's memory. Each later use of it raises a `UseError`."""
        self._instance.close()

    @property
    def is_gone(self) -> bool:
        """Whether the VM was closed, or trapped."""
        return self._instance.gone is not None

    @property
    def trap(self) -> TrapError | None:
        """Why the VM trapped, if it did."""
        gone = self._instance.gone
        return gone if isinstance(gone, TrapError) else None

    # Scripts.

    def eval(
        self, source: str, *, file_name: str = "<eval>", strict: bool = False, module: bool = False
    ) -> Any:
        """Evaluates a script, and returns a copy of its value. Functions and promises are handles.

        Raises a `JavaScriptError` if it throws. It does not run jobs: see `eval_async`.
        """
        options = _eval_options(file_name, strict=strict, module=module)
        return self._instance.decoded(self._instance.run("evaluation.eval-data", source, options))

    def eval_value(
        self,
        source: str,
        *,
        file_name: str = "<eval>",
        strict: bool = False,
        module: bool = False,
        top_level_await: bool = False,
    ) -> Any:
        """Evaluates a script. Primitives come as they are, and other values as handles."""
        options = _eval_options(
            file_name, strict=strict, module=module, top_level_await=top_level_await
        )
        return self._instance.output(self._instance.run("evaluation.eval", source, options))

    async def eval_async(self, source: str, *, file_name: str = "<eval>") -> Any:
        """Evaluates a script that may use `await`, and returns a copy of its value.

        Asynchronous host functions and timers run on the event loop of asyncio meanwhile.
        """
        from .event_loop import EventLoop

        return await EventLoop(self).eval(source, file_name=file_name)

    def import_module(self, specifier: str, importer: str = "") -> Value:
        """Imports a module. The result is a promise for its namespace."""
        run = self._instance.run
        found = self._instance.output(run("evaluation.import-module", specifier, importer))
        assert isinstance(found, Value)
        return found

    def compile(self, source: str, *, file_name: str = "<eval>", strict: bool = False) -> Value:
        """Compiles a script to a function that evaluates it."""
        return self._compiled(source, _eval_options(file_name, strict=strict))

    def _compiled(self, source: str, options: dict[str, Any]) -> Value:
        return Value._of(self._instance, self._instance.run("evaluation.compile", source, options))

    @property
    def globals(self) -> Value:
        """`globalThis`"""
        return Value._of(self._instance, self._instance.run("evaluation.get-global"))

    def from_data(self, value: Any) -> Value:
        """Copies a value into the VM."""
        return Value._of(self._instance, self._instance.run("values.from-data", data_of(value)))

    def create_function(self, name: str, length: int = 0) -> Value:
        """Creates a function that calls the host function of this name."""
        run = self._instance.run
        return Value._of(self._instance, run("functions.create-host-function", name, length))

    def create_request_function(self, name: str, length: int = 0) -> Value:
        """Creates a function whose calls are requests of this name."""
        run = self._instance.run
        return Value._of(self._instance, run("functions.create-request-function", name, length))

    def create_promise(self) -> tuple[Value, Value, Value]:
        """Creates a promise with the functions that fulfil and reject it."""
        found = self._instance.run("promises.create-promise")
        one = self._instance
        return (
            Value._of(one, found["promise"]),
            Value._of(one, found["resolve"]),
            Value._of(one, found["reject"]),
        )

    def promise_state(self, promise: Value) -> Literal["pending", "fulfilled", "rejected"] | None:
        """The state of a promise, or nothing for another value."""
        return self._instance.run("promises.get-promise-state", borrow_of(promise))  # type: ignore[no-any-return]

    def promise_result(self, promise: Value) -> Any:
        """The value with which a promise was settled."""
        run = self._instance.run
        return self._instance.output(run("promises.get-promise-result", borrow_of(promise)))

    # Jobs and requests. An event loop does all of this.

    def run_jobs(self, limit: int = 0xFFFF_FFFF) -> JobReport:
        """Runs jobs and due timers."""
        report = self._instance.run("jobs.run-jobs", limit)
        timer = report["next_timer"]
        return JobReport(
            report["executed"],
            report["pending"],
            None if timer is None else timer / 1e9,
            report["waiting"],
        )

    def take_requests(self) -> list[Request]:
        """Returns the requests since the last call."""
        return [self._request(one) for one in self._instance.run("requests.take-requests")]

    def unsettled_requests(self) -> list[Request]:
        """Returns all requests that are not settled. A restored VM has those of the frozen one."""
        found = self._instance.run("requests.get-unsettled-requests")
        return [self._request(one) for one in found]

    def _request(self, request: dict[str, Any]) -> Request:
        arguments = self._instance.decoded(request["args"])
        return Request(request["id"], request["name"], arguments)

    def take_cancellations(self) -> list[int]:
        """Returns the requests that scripts gave up since the last call."""
        return list(self._instance.run("requests.take-cancellations"))

    def settle(self, id: int, value: Any = None) -> bool:
        """Fulfils the promise of a request. Returns whether the request was unsettled."""
        return self._settle(id, "ok", value)

    def reject(self, id: int, reason: Any) -> bool:
        """Rejects the promise of a request. Returns whether the request was unsettled."""
        return self._settle(id, "err", reason)

    def _settle(self, id: int, which: str, value: Any) -> bool:
        outcome = Made(lambda instance: (which, instance.encoded(value)))
        was = bool(self._instance.run("requests.settle", id, outcome))
        self._pending.wake()
        return was

    def take_unhandled_rejections(self) -> list[Rejection]:
        """Returns the rejections that no script handled, since the last call."""
        found = self._instance.run("promises.take-unhandled-rejections")
        rejections = []
        for one in found:
            reason = one["reason"]
            self._instance.output(reason["value"])
            rejections.append(
                Rejection(
                    Value._of(self._instance, one["promise"]),
                    reason["name"],
                    reason["message"],
                    reason["stack"],
                )
            )
        return rejections

    # Roots: values that are found again by name, also in a restored VM.

    def set_root(self, name: str, value: Any) -> None:
        """Keeps a value by a name that scripts cannot see."""
        self._instance.run("roots.set-root", name, input_of(value))

    def get_root(self, name: str) -> Any:
        """Returns the value of a root, or `None`."""
        found = self._instance.run("roots.get-root", name)
        return None if found is None else self._instance.output(found)

    def remove_root(self, name: str) -> bool:
        """Forgets a root. Returns whether there was one."""
        return bool(self._instance.run("roots.remove-root", name))

    # The heap, and limits.

    def collect_garbage(self) -> None:
        """Collects cyclic garbage now."""
        self._instance.run("heap.collect-garbage")

    def memory_usage(self) -> dict[str, int]:
        """Counts the use of memory. Counting visits every object."""
        return dict(self._instance.run("heap.get-memory-usage"))

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self._limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._limits = self._instance.watch.limits = limits
        apply_limits(self._instance, limits)

    def interrupt(self) -> None:
        """Stops the call that runs, or else the next one. Any thread may call it.

        The call raises an `InterruptedError`.
        """
        self._instance.watch.requested = True

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Runs calls that must all end within so many seconds."""
        with self._instance.within(time.monotonic() + seconds):
            yield

    # Snapshots.

    def snapshot(self) -> Snapshot:
        """Freezes the VM: a copy of its state, of which `Engine.restore` makes VMs."""
        from .snapshot import Snapshot

        instance = self._instance
        image = capture(instance, self.engine._base)
        heap = instance.run("heap.get-limits")
        oldest, newest = self._versions
        state = {
            "wall": max(0, instance.now()),
            "monotonic": max(0, instance.elapsed()),
            "oldest_requests": oldest,
            "newest_requests": newest,
            "limits": _frozen_limits(self._limits, heap),
            "entropy": None,
            "metadata": [],
        }
        return Snapshot._new(self.engine.name, image, state)

    def snapshot_since(self, parent: Snapshot) -> Snapshot:
        """Freezes the VM, to be stored as what changed since an earlier snapshot of it."""
        return self.snapshot()._since(parent)

    def _define(self, options: VmOptions) -> None:
        """Puts the embedder's functions into the global object."""
        taken = list(options.functions) + list(options.async_functions) + list(options.requests)
        if len(set(taken)) != len(taken):
            raise UseError("two functions have the same name: each is one global variable")
        if not taken:
            return
        given = {**options.functions, **options.async_functions}
        for name, function in given.items():
            if not callable(function):
                raise DataError(f"{name} is no function, but a {type(function).__name__}")
        with self.globals as target:
            for name in taken:
                is_host = name in options.functions
                make = self.create_function if is_host else self.create_request_function
                with make(name, _length(given.get(name))) as value:
                    target.set(name, value)


def _length(function: Callable[..., Any] | None) -> int:
    """The property `length` of a function."""
    code = getattr(function, "__code__", None)
    bound = 1 if hasattr(function, "__self__") else 0
    return max(0, int(getattr(code, "co_argcount", 0)) - bound)


def apply_limits(instance: Instance, limits: Limits) -> None:
    """Tells the engine its limits."""
    memory, output = min(limits.memory, 0xFFFF_FFFF), min(limits.output, (1 << 53) - 1)
    instance.run(
        "heap.set-limits", {"memory": int(memory), "stack": limits.stack, "output": int(output)}
    )


def _frozen_limits(limits: Limits, heap: dict[str, int]) -> dict[str, Any]:
    """What a snapshot notes of the limits. Those that this package does not have are the crate's."""
    most = (1 << 53) - 1
    return {
        "memory": heap["memory"],
        "hard_memory": min(limits.hard_memory, most),
        "time": None if limits.time == inf else int(limits.time * 1e9),
        "cpu_time": None,
        "work": None if limits.work == inf else int(min(limits.work, most)),
        "grace": 1_000_000_000,
        "stack": heap["stack"],
        "output": heap["output"],
        "handles": 2_000_000,
    }


def _eval_options(
    file_name: str, *, strict: bool = False, module: bool = False, top_level_await: bool = False
) -> dict[str, Any]:
    return {
        "file_name": file_name,
        "kind": "module" if module else "script",
        "strict": strict,
        "top_level_await": top_level_await,
    }

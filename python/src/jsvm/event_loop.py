"""Runs what a VM waits for: jobs, timers and asynchronous host functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ._instance import borrow_of
from .errors import JavaScriptError, UseError
from .records import JobReport, Rejection
from .value import Value, simplified
from .vm import Vm

#: How many jobs run before asyncio gets its turn.
_JOBS = 10_000


class EventLoop:
    """Runs the jobs, timers and asynchronous host functions of a VM on the loop of asyncio.

    >>> async def main():
    ...     async def price(item):
    ...         await asyncio.sleep(0.1)
    ...         return len(item)
    ...     vm = Engine().create_vm(async_functions={"price": price})
    ...     return await EventLoop(vm).eval("await price('tea') + 1")
    >>> asyncio.run(main())
    4
    """

    def __init__(
        self, vm: Vm, *, on_unhandled_rejection: Callable[[Rejection], object] | None = None
    ) -> None:
        """Without `on_unhandled_rejection`, the first one is raised."""
        self._vm = vm
        self._on_unhandled_rejection = on_unhandled_rejection
        self._wake = asyncio.Event()

    async def eval(self, source: str, *, file_name: str = "<eval>", module: bool = False) -> Any:
        """Evaluates a source that may use `await`, and returns a copy of its value."""
        value = await self.eval_value(source, file_name=file_name, module=module)
        if not isinstance(value, Value):
            return value
        with value:
            return value.to_data()

    async def eval_value(
        self, source: str, *, file_name: str = "<eval>", module: bool = False
    ) -> Any:
        """Evaluates a source that may use `await`. Objects come as handles."""
        result = self._vm.eval_value(
            source, file_name=file_name, module=module, top_level_await=not module
        )
        return await self.settled(result)

    async def import_module(self, specifier: str, importer: str = "") -> Any:
        """Imports a module, and returns its namespace."""
        return await self.settled(self._vm.import_module(specifier, importer))

    async def settled(self, promise: Any) -> Any:
        """Waits until a promise is settled. Raises a `JavaScriptError` if it is rejected."""
        vm = self._vm
        if not isinstance(promise, Value) or vm.promise_state(promise) is None:
            return promise
        # This method handles its rejection.
        vm._instance.run("promises.mark-handled", borrow_of(promise))
        await self._until(lambda: vm.promise_state(promise) != "pending", is_wait=True)
        result = vm.promise_result(promise)
        if vm.promise_state(promise) == "fulfilled":
            return result
        raise thrown(result)

    async def run(self) -> None:
        """Runs until no job, no timer and no asynchronous host function is left.

        What then still waits, waits for `Vm.settle`: see `Vm.unsettled_requests`.
        """
        await self._until(lambda: False, is_wait=False)

    async def _until(self, is_done: Callable[[], bool], *, is_wait: bool) -> None:
        pending = self._vm._pending
        is_cancelled = False
        try:
            pending.enter(self._vm, self._wake)
            while True:
                self._wake.clear()
                report = self._step()
                if is_done():
                    return
                if report.pending:
                    await asyncio.sleep(0)
                    continue
                if report.next_timer is None and not pending.is_busy:
                    if not is_wait:
                        return
                    if not pending.has_foreign(self._vm):
                        raise UseError("the promise waits for something that nobody settles")
                await self._wait(report.next_timer)
        except asyncio.CancelledError:
            is_cancelled = True
            raise
        finally:
            await pending.leave(self._wake, is_cancelled=is_cancelled)

    def _step(self) -> JobReport:
        vm = self._vm
        report = vm.run_jobs(_JOBS)
        if report.executed:
            # What another event loop waits for may have come.
            vm._pending.wake()
        if "requests" in report.waiting:
            for request in vm.take_requests():
                vm._pending.start(vm, request, repeated=False)
        if "cancellations" in report.waiting:
            vm._pending.cancel(vm.take_cancellations())
        if "rejections" in report.waiting:
            self._reject(vm.take_unhandled_rejections())
        return report

    def _reject(self, rejections: list[Rejection]) -> None:
        for one in rejections:
            if self._on_unhandled_rejection is None:
                raise JavaScriptError(
                    one.message, name=one.name, stack=one.stack, value=one.promise
                )
            self._on_unhandled_rejection(one)

    async def _wait(self, timer: float | None) -> None:
        """Waits until a request is settled, or a timer is due."""
        try:
            await asyncio.wait_for(self._wake.wait(), timer)
        except TimeoutError:
            pass


def thrown(reason: Any) -> JavaScriptError:
    """The exception for a value with which a promise was rejected."""
    if not isinstance(reason, Value):
        return JavaScriptError(_text(reason), name="", value=reason)
    kind = reason.kind
    if kind != "error":
        text = reason.to_text() if kind == "text" else reason.inspect()
        return JavaScriptError(text, name="", value=simplified(reason))

    def part(key: str) -> str:
        found = reason.get(key)
        return found if isinstance(found, str) else ""

    return JavaScriptError(part("message"), name=part("name"), stack=part("stack"), value=reason)


def _text(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)

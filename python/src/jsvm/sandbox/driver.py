"""Runs a cell until it ends, or only waits for approval."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .._instance import borrow_of
from ..errors import InterruptedError, JavaScriptError
from ..event_loop import thrown
from ..records import JobReport, Request
from ..value import Value
from ..vm import Vm
from .gate import Gate

#: The name of the requests of tools.
REQUEST = "jsvm:tool"

_JOBS = 10_000
_MAX_UNHANDLED = 16

T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    value: Any


@dataclass(frozen=True)
class Threw:
    error: JavaScriptError


@dataclass(frozen=True)
class Unsettled:
    pass


@dataclass(frozen=True)
class Waits:
    pass


Progress = Ended | Threw | Unsettled | Waits


class Driver:
    """A cell that runs. Its VM runs in a thread, so that asyncio goes on meanwhile."""

    def __init__(self, vm: Vm, gate: Gate, deadline: float) -> None:
        self.unhandled: list[JavaScriptError] = []
        #: Seconds in which the VM ran.
        self.running = 0.0
        self._vm = vm
        self._gate = gate
        self._deadline = deadline
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._answers: list[tuple[int, str]] = []
        self._wake = asyncio.Event()

    async def enter(self, calls: Callable[[], T], seconds: float | None = None) -> T:
        """Calls into the VM within what is left of the time, or within some seconds."""
        began = time.monotonic()
        deadline = self._deadline if seconds is None else began + seconds
        if began >= deadline:
            raise InterruptedError("deadline")

        def work() -> T:
            with self._vm._instance.within(deadline):
                return calls()

        task = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # The thread must not run on in a VM that is given up.
            self._vm.interrupt()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            self.running += time.monotonic() - began

    async def run(self, cell: Any) -> Progress:
        """Runs until the value of a cell is there, and all calls of tools have ended."""
        vm = self._vm
        is_promise = isinstance(cell, Value) and vm.promise_state(cell) is not None
        if is_promise:
            # What it is rejected with is what the cell ends with.
            vm._instance.run("promises.mark-handled", borrow_of(cell))
        # A restored VM waits for what the frozen one asked for.
        vm.take_requests()
        for request in vm.unsettled_requests():
            self._start(request)
        while True:
            self._wake.clear()
            report = await self._step()
            if report is None or report.pending:
                await asyncio.sleep(0)
                continue
            is_idle = not self._tasks and not self._answers
            if is_idle and self._gate.waiting:
                return Waits()
            if is_idle and not (is_promise and vm.promise_state(cell) == "pending"):
                return self._result(cell, is_promise)
            if is_idle and report.next_timer is None:
                return Unsettled()
            if not self._answers:
                await self._wait(report.next_timer)

    def _result(self, cell: Any, is_promise: bool) -> Progress:
        if not is_promise:
            return Ended(cell)
        result = self._vm.promise_result(cell)
        if self._vm.promise_state(cell) == "fulfilled":
            return Ended(result)
        return Threw(described(result))

    async def _step(self) -> JobReport | None:
        vm = self._vm
        answers, self._answers = self._answers, []
        for id, answer in answers:
            vm.settle(id, answer)
        try:
            report = await self.enter(lambda: vm.run_jobs(_JOBS))
        except JavaScriptError as error:
            # An exception in a timer.
            self._keep(error)
            return None
        if "requests" in report.waiting:
            for request in vm.take_requests():
                self._start(request)
        if "rejections" in report.waiting:
            for one in vm.take_unhandled_rejections():
                self._keep(described(vm.promise_result(one.promise)))
        return report

    def _keep(self, error: JavaScriptError) -> None:
        if len(self.unhandled) < _MAX_UNHANDLED:
            self.unhandled.append(error)

    def _start(self, request: Request) -> None:
        id = request.id
        if request.name != REQUEST:
            message = f"nothing answers requests of the name `{request.name}`"
            self._vm.reject(id, JavaScriptError(message))
            return
        if id in self._tasks:
            return

        async def answer() -> None:
            tool, text = request.arguments
            found = await self._gate.answer(id, str(tool), str(text))
            if found is not None:
                self._answers.append((id, found))

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.pop(id, None)
            self._wake.set()
            if not task.cancelled():
                task.exception()

        self._tasks[id] = asyncio.create_task(answer(), name=f"jsvm tool {id}")
        self._tasks[id].add_done_callback(ended)

    async def stop(self) -> None:
        """Cancels the tools that still run."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _wait(self, timer: float | None) -> None:
        """Waits until a call ends, a timer is due, or the time is over."""
        left = self._deadline - time.monotonic()
        try:
            await asyncio.wait_for(self._wake.wait(), left if timer is None else min(left, timer))
        except TimeoutError:
            if time.monotonic() >= self._deadline:
                raise InterruptedError("deadline") from None


def described(value: Any) -> JavaScriptError:
    """Describes a thrown value. Reading it can throw, too."""
    try:
        return thrown(value)
    except JavaScriptError:
        return JavaScriptError("a value that cannot be read", name="", value=value)

"""The requests of a VM that functions of the embedder carry out."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import DataError, UseError
from .records import Request

if TYPE_CHECKING:
    from .vm import Vm


@dataclass(frozen=True)
class RequestContext:
    """What an asynchronous host function can know of its call."""

    #: The number of the request, which is the same after a restore.
    id: int
    #: The name of the request.
    name: str
    #: Whether the request was started before: by the process that froze the VM, or by an event loop that
    #: was stopped. It is not known whether it was carried out.
    repeated: bool


_context: ContextVar[RequestContext] = ContextVar("jsvm.request")


def request_context() -> RequestContext:
    """Describes the request that the present asynchronous host function answers."""
    try:
        return _context.get()
    except LookupError:
        raise UseError("there is a request only in asynchronous host functions") from None


class PendingRequests:
    """The requests of one VM. The event loops of a VM share them, on one loop of asyncio at a time."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        #: Requests that no function answers: the embedder settles them.
        self._foreign: set[int] = set()
        #: What waits until something happens.
        self._waiting: set[asyncio.Event] = set()

    @property
    def is_busy(self) -> bool:
        """Whether a function runs."""
        return bool(self._tasks)

    def has_foreign(self, vm: Vm) -> bool:
        """Whether the embedder has requests to settle."""
        if self._foreign:
            self._foreign &= {request.id for request in vm.unsettled_requests()}
        return bool(self._foreign)

    def enter(self, vm: Vm, event: asyncio.Event) -> None:
        """An event loop begins to wait, and starts what was asked for before."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._waiting and self._loop is not None and self._loop.is_running():
                raise UseError("an event loop in another thread runs this VM: use one at a time")
            # What that loop had begun ended with it.
            self._loop = loop
            self._tasks.clear()
            self._waiting.clear()
        self._waiting.add(event)
        fresh = {request.id for request in vm.take_requests()}
        for request in vm.unsettled_requests():
            if request.id not in self._tasks and request.id not in self._foreign:
                self.start(vm, request, repeated=request.id not in fresh)

    async def leave(self, event: asyncio.Event, *, is_cancelled: bool) -> None:
        """An event loop ends. With the last one that is cancelled, the functions are, too."""
        self._waiting.discard(event)
        if is_cancelled and not self._waiting:
            tasks = list(self._tasks.values())
            self._tasks.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Lets event loops look again. Any thread may call it."""
        loop = self._loop
        if self._waiting and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake_now)

    def _wake_now(self) -> None:
        for event in self._waiting:
            event.set()

    def start(self, vm: Vm, request: Request, *, repeated: bool) -> None:
        """Starts the function that answers a request."""
        function = vm._options.async_functions.get(request.name)
        if function is None:
            self._foreign.add(request.id)
            return
        context = RequestContext(request.id, request.name, repeated)
        task = asyncio.create_task(
            _answer(vm, function, request, context), name=f"jsvm {request.name}"
        )
        self._tasks[request.id] = task

        def ended(_: object) -> None:
            if self._tasks.get(request.id) is task:
                del self._tasks[request.id]
            self._wake_now()

        task.add_done_callback(ended)

    def cancel(self, ids: Iterable[int]) -> None:
        """Cancels what scripts gave up."""
        for id in ids:
            self._foreign.discard(id)
            task = self._tasks.get(id)
            if task is not None:
                task.cancel()


async def _answer(
    vm: Vm, function: Callable[..., Any], request: Request, context: RequestContext
) -> None:
    _context.set(context)
    try:
        result = function(*request.arguments)
        value = await result if inspect.isawaitable(result) else result
    except Exception as error:
        _tell(vm, vm.reject, request.id, error)
    else:
        _tell(vm, vm.settle, request.id, value)


def _tell(vm: Vm, tell: Callable[[int, Any], bool], id: int, value: Any) -> None:
    if vm.is_gone:
        return
    try:
        tell(id, value)
    except (DataError, UseError) as error:
        if not vm.is_gone:
            # The value has no form as data: the script is told.
            vm.reject(id, error)

"""Sessions."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from ..engine import packaged
from ..errors import JavaScriptError, JsvmError, UseError
from ..options import Level
from ..snapshot import Snapshot
from ..value import Value
from ..vm import Vm
from .cell import CellReader
from .driver import REQUEST, Driver, Ended, Threw, Waits
from .gate import Gate, parsed
from .outcome import (
    Answer,
    Approve,
    CellError,
    CellValue,
    Costs,
    Decision,
    FileChange,
    FileInfo,
    Outcome,
    PendingCall,
)
from .report import BRIEF, UNSETTLED, Scene, stopped_error, thrown_error, value_of
from .saved import SavedSession, no_session, read_record
from .schema import SchemaMismatchError

if TYPE_CHECKING:
    from .sandbox import Sandbox

#: The names of the roots, as those of the Rust crate.
_INSIDE = "jsvm:sandbox"
_CELL = "jsvm:sandbox:cell"


class SessionError(UseError):
    """A session is used in a way that its state does not allow."""

    def __init__(self, message: str, waiting: list[PendingCall] | None = None) -> None:
        super().__init__(message)
        #: The calls that the session waits for, if it waits.
        self.waiting = waiting or []


@dataclass(frozen=True)
class _Live:
    """A VM and what belongs to it."""

    vm: Vm
    inside: Value
    reader: CellReader


@dataclass(frozen=True)
class _Phase:
    name: Literal["idle", "running", "waiting"]
    #: The state before the cell that runs or waits.
    start: Snapshot | None = None


_IDLE = _Phase("idle")


class Session:
    """A place where cells of code run one after the other, from `Sandbox.create_session`.

    A cell can declare again what an earlier one declared. The value of its last statement is its result, and
    a promise is awaited. A cell ends when that value is there and all calls of tools have ended.

    A cell that throws leaves what it did. A cell that is stopped, by a limit or because its task is
    cancelled, leaves no trace in the session: its variables and files are as they were before.
    """

    def __init__(
        self, sandbox: Sandbox, saved: SavedSession | None = None, *, is_fork: bool = False
    ) -> None:
        self._sandbox = sandbox
        self._id = uuid.uuid4().hex
        self._cells = 0
        self._code = ""
        self._phase = _IDLE
        self._live: _Live | None = None
        self._gate: Gate | None = None
        if saved is None:
            self._live = self._living(sandbox._engine.create_vm(**self._options()), is_new=True)
            return
        if saved.start is not None:
            self._phase = _Phase("waiting", saved.start)
        make = sandbox._engine.restore if is_fork else sandbox._engine.resume
        self._live = self._living(make(saved.now, **self._options()), is_new=False)
        id, self._cells, self._code = read_record(self._inside("getRecord"))
        if not is_fork:
            self._id = id

    @property
    def id(self) -> str:
        """The id of the session. Forks have their own."""
        return self._id

    @property
    def cells(self) -> int:
        """How many cells have run."""
        return self._cells

    async def run(self, code: str) -> Outcome:
        """Runs a cell. What goes wrong in its code is part of the outcome."""
        live = self._idle()
        limit = self._sandbox.caps.code
        if len(code) > limit:
            raise SessionError(
                f"the code has {len(code)} characters, more than the limit of {limit}: run it in "
                "several cells"
            )
        self._keep_record()
        live.inside.call_method("beginCell")
        start = live.vm.snapshot()
        self._cells += 1
        self._code = code
        return await self._advance(start, [], is_new=True)

    async def resume(self, decisions: Iterable[Decision]) -> Outcome:
        """Decides about calls that wait for approval, and goes on with the cell.

        Calls without a decision wait on. What the cell did before is not done again.
        """
        start, calls = self._waits()
        known = {call.id: call for call in calls}
        given = list(decisions)
        for decision in given:
            if decision.id not in known:
                raise SessionError(f"no call with the number {decision.id} waits", calls)
            self._check(known[decision.id], decision)
        return await self._advance(start, given, is_new=False)

    def cancel(self) -> None:
        """Gives up the cell that waits for approval. The session is as it was before the cell."""
        self._roll_back(self._waits()[0])

    @property
    def waiting(self) -> list[PendingCall]:
        """The calls that wait for approval."""
        if self._phase.name != "waiting":
            return []
        return [
            PendingCall(one.id, str(one.arguments[0]), parsed(str(one.arguments[1])))
            for one in self._alive().vm.unsettled_requests()
            if one.name == REQUEST
        ]

    def to_bytes(self, *, key: bytes | None = None) -> bytes:
        """The session at rest, for `Sandbox.restore`. This one can be used on.

        The bytes are those of the Rust crate `jsvm-sandbox`. `key` seals them.
        """
        return self._saved().encode(key)

    def fork(self) -> Session:
        """Creates a second session that goes on from here. The two share nothing."""
        return Session(self._sandbox, self._saved(), is_fork=True)

    def _saved(self) -> SavedSession:
        phase = self._settled_phase()
        self._keep_record()
        return SavedSession(phase.start, self._alive().vm.snapshot())

    def close(self) -> None:
        """Gives the session up."""
        live, self._live = self._live, None
        if live is not None:
            live.vm.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Files.

    def list_files(self) -> list[FileInfo]:
        """The files, sorted by path."""
        return [FileInfo(one["path"], one["size"]) for one in self._inside("list")]

    def read_file(self, path: str) -> str | bytes | None:
        """The content of a file: text as it is, and other content as bytes."""
        found = self._inside("read", path)
        return found if isinstance(found, (str, bytes)) else None

    def write_file(self, path: str, content: str | bytes) -> None:
        """Writes a file."""
        self._inside("write", path, content)

    def remove_file(self, path: str) -> bool:
        """Removes a file. Returns whether there was one."""
        return bool(self._inside("remove", path))

    def file_changes(self) -> list[FileChange]:
        """Lists what changed since the session began, or since `accept_changes`."""
        return self._changes("changes")

    def accept_changes(self) -> None:
        """Takes note of the present files: `file_changes` starts from them."""
        self._inside("accept")

    def _changes(self, name: str) -> list[FileChange]:
        return [FileChange(one["path"], one["kind"], one["size"]) for one in self._inside(name)]

    # A cell.

    async def _advance(
        self, start: Snapshot, decisions: list[Decision], *, is_new: bool
    ) -> Outcome:
        began = time.monotonic()
        live = self._alive()
        caps, tools = self._sandbox.caps, self._sandbox._tools
        gate = self._gate = Gate(self._id, tools, caps, decisions)
        self._phase = _Phase("running", start)
        driver = Driver(live.vm, gate, began + caps.time)
        scene = Scene(live.inside, live.reader, tools, caps, self._cells, self._code)
        value: CellValue | None = None
        error: CellError | None = None
        is_stopped = is_waiting = False
        unhandled: list[CellError] = []
        files: list[FileChange] = []
        try:
            cell = await self._begin(live, driver) if is_new else live.vm.get_root(_CELL)
            progress = await driver.run(cell)
            if isinstance(progress, Waits):
                is_waiting = True
            elif isinstance(progress, Ended):
                ended = progress.value
                value, error = await driver.enter(lambda: _described(ended, scene), BRIEF)
            elif isinstance(progress, Threw):
                thrown = progress.error
                error = await driver.enter(lambda: thrown_error(thrown, scene), BRIEF)
            else:
                error = UNSETTLED
            for one in driver.unhandled:
                unhandled.append(await driver.enter(_later(one, scene), BRIEF))
            files = self._changes("cellChanges")
        except JsvmError as stop:
            is_stopped, value, error = True, None, stopped_error(stop, caps)
            unhandled = []
        except BaseException:
            # The task was cancelled, for example.
            await driver.stop()
            self._roll_back(start)
            raise
        await driver.stop()
        if is_stopped:
            self._roll_back(start)
        elif is_waiting:
            self._phase = _Phase("waiting", start)
        else:
            live.vm.remove_root(_CELL)
            self._phase = _IDLE
        records = [replace(one) for one in gate.records.values()]
        usage = self._alive().vm.memory_usage()
        return Outcome(
            status="waiting" if is_waiting else "failed" if error is not None else "completed",
            cell=self._cells,
            console=gate.console,
            costs=Costs(
                seconds=time.monotonic() - began,
                running_seconds=driver.running,
                memory=usage["used"],
                peak_memory=usage["peak"],
                calls=len(records),
                tool_seconds=sum(one.seconds for one in records),
            ),
            value=value,
            error=error,
            rolled_back=is_stopped,
            waiting=list(gate.waiting.values()),
            unhandled=unhandled,
            calls=records,
            files=files,
        )

    async def _begin(self, live: _Live, driver: Driver) -> Any:
        """Evaluates the code of a cell. What it throws rejects a promise."""
        code = await driver.enter(lambda: live.reader.read(self._code))
        name = f"<cell {self._cells}>"
        cell: Any
        try:
            cell = await driver.enter(
                lambda: live.vm.eval_value(code.text, file_name=name, top_level_await=code.is_async)
            )
        except JavaScriptError as error:
            cell, _, reject = live.vm.create_promise()
            reject.call(error.value)
        live.vm.set_root(_CELL, cell)
        return cell

    def _keep_record(self) -> None:
        """Has the VM know what it is the session of, before a snapshot is taken of it."""
        code = self._code if self._phase.name == "waiting" else ""
        record = {"id": self._id, "cells": self._cells, "code": code}
        self._inside("setRecord", json.dumps(record))

    def _check(self, call: PendingCall, decision: Decision) -> None:
        tool = self._sandbox._tools.get(call.tool)
        if tool is None:
            return
        try:
            if isinstance(decision, Approve) and decision.input is not None:
                tool.input.check(decision.input)
            elif isinstance(decision, Answer) and tool.output is not None:
                tool.output.check(decision.value)
        except SchemaMismatchError as error:
            raise SessionError(
                f"the decision about the call {call.id} does not fit the schema of its tool: {error}",
                self.waiting,
            ) from error

    def _roll_back(self, start: Snapshot) -> None:
        self.close()
        vm = self._sandbox._engine.resume(start, **self._options())
        self._live = self._living(vm, is_new=False)
        self._phase = _IDLE

    def _living(self, vm: Vm, *, is_new: bool) -> _Live:
        if is_new:
            source = packaged("sandbox/install.js").decode()
            install = vm.eval_value(source, file_name="jsvm:sandbox")
            vm.set_root(_INSIDE, install.call(vm.create_request_function(REQUEST, 2)))
        inside = vm.get_root(_INSIDE)
        if not isinstance(inside, Value):
            raise no_session()
        inside.call_method("setTools", list(self._sandbox._tools))
        return _Live(vm, inside, CellReader(vm))

    def _options(self) -> dict[str, Any]:
        def print_(level: Level, text: str) -> None:
            if self._gate is not None:
                self._gate.print(level, text)

        return {"limits": self._sandbox.limits, "console": print_}

    def _inside(self, name: str, *values: Any) -> Any:
        live = self._alive()
        with live.vm.deadline(BRIEF):
            result = live.inside.call_method(name, *values)
            return result.to_data() if isinstance(result, Value) else result

    def _alive(self) -> _Live:
        if self._live is None:
            raise SessionError("the session was closed")
        return self._live

    def _settled_phase(self) -> _Phase:
        self._alive()
        if self._phase.name == "running":
            raise SessionError("a cell of the session runs: await its outcome first")
        return self._phase

    def _idle(self) -> _Live:
        if self._settled_phase().name == "waiting":
            calls = self.waiting
            names = ", ".join(f"{call.tool} ({call.id})" for call in calls)
            raise SessionError(
                f"the session waits for approval of {names}, and runs no other code: resume or "
                "cancel it first",
                calls,
            )
        return self._alive()

    def _waits(self) -> tuple[Snapshot, list[PendingCall]]:
        phase = self._settled_phase()
        if phase.name != "waiting" or phase.start is None:
            raise SessionError("the session does not wait for approval: run code instead")
        return phase.start, self.waiting


def _described(value: Any, scene: Scene) -> tuple[CellValue | None, CellError | None]:
    try:
        return value_of(value, int(scene.caps.value)), None
    except JavaScriptError as error:
        return None, thrown_error(error, scene)


def _later(error: JavaScriptError, scene: Scene) -> Callable[[], CellError]:
    return lambda: thrown_error(error, scene)

"""Where the calls of a session arrive: checks, approval, counting."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..options import Level
from .caps import Caps
from .outcome import (
    Answer,
    CallRecord,
    Console,
    Decision,
    Deny,
    Issue,
    PendingCall,
    ToolErrorCode,
)
from .schema import SchemaMismatchError
from .tools import CheckedTool, ToolContext, _context


class _CallError(Exception):
    """An error as the code of a cell gets it."""

    def __init__(
        self, code: ToolErrorCode, message: str, issues: list[Issue] | None = None
    ) -> None:
        super().__init__(message)
        self.code: ToolErrorCode = code
        self.issues = issues


class Gate:
    """What the calls of a cell and its session share."""

    def __init__(
        self, session: str, tools: dict[str, CheckedTool], caps: Caps, decisions: list[Decision]
    ) -> None:
        self.waiting: dict[int, PendingCall] = {}
        self.records: dict[int, CallRecord] = {}
        self.console = Console()
        self._session = session
        self._tools = tools
        self._caps = caps
        self._decisions = {one.id: one for one in decisions}
        self._printed = 0
        self._started = 0
        self._room = asyncio.Semaphore(int(caps.concurrent_calls))

    def print(self, level: Level, text: str) -> None:
        """Keeps a message of the console."""
        room = int(self._caps.console) - self._printed
        kept = text[: max(room, 0)]
        self.console.omitted += len(text) - len(kept)
        # Empty messages take room, too.
        if room > 0:
            self._printed += len(kept) + 1
            self.console.messages.append((level, kept))

    async def answer(self, id: int, name: str, text: str) -> str | None:
        """Answers a call with JSON, or with nothing if it waits for approval."""
        record = CallRecord(id, name, "stopped", len(text))
        self.records[id] = record
        try:
            answer = await self._outcome(record, text)
        except _CallError as error:
            return self._failed(record, error)
        except Exception as error:
            # What a tool raises, the code gets. Its traceback names places of the host.
            return self._failed(record, _CallError("failed", str(error) or type(error).__name__))
        record.end = "waits" if answer is None else "returned"
        return answer

    @staticmethod
    def _failed(record: CallRecord, error: _CallError) -> str:
        record.end, record.code = "failed", error.code
        details: dict[str, Any] = {"message": str(error), "tool": record.tool, "code": error.code}
        if error.issues is not None:
            details["issues"] = [asdict(one) for one in error.issues]
        return json.dumps({"error": details})

    async def _outcome(self, record: CallRecord, text: str) -> str | None:
        id, name = record.id, record.tool
        if self._started >= self._caps.calls:
            raise _CallError(
                "too-many-calls",
                f"the cell made more than {self._caps.calls} calls of tools: do less in one cell",
            )
        self._started += 1
        tool = self._tools.get(name)
        if tool is None:
            raise _CallError("unknown-tool", f"the tool `{name}` is no longer available")
        given = parsed(text)
        checked = _checked_input(tool, given)
        ask = tool.tool.ask
        asks = bool(ask(given)) if callable(ask) else ask
        if asks:
            decision = self._decisions.pop(id, None)
            if decision is None:
                self.waiting[id] = PendingCall(id, name, given)
                return None
            if isinstance(decision, Deny):
                reason = decision.reason
                raise _CallError("denied", f"the call of `{name}` was denied: {reason}")
            if isinstance(decision, Answer):
                return self._envelope(record, decision.value)
            if decision.input is not None:
                checked = _checked_input(tool, decision.input)
        return await self._call(tool, record, checked, asks)

    async def _call(
        self, tool: CheckedTool, record: CallRecord, checked: Any, approved: bool
    ) -> str:
        async with self._room:
            began = time.monotonic()
            token = _context.set(ToolContext(f"{self._session}/{record.id}", approved))
            try:
                value = await tool.tool._run(checked)
            finally:
                _context.reset(token)
                record.seconds = time.monotonic() - began
        if tool.output is not None:
            try:
                value = tool.output.check(value)
            except SchemaMismatchError as error:
                raise _CallError(
                    "invalid-result",
                    f"the tool `{tool.name}` returned a result that does not fit its schema: {error}",
                ) from error
        return self._envelope(record, value)

    def _envelope(self, record: CallRecord, value: Any) -> str:
        name = record.tool
        try:
            text = json.dumps(value, allow_nan=False, default=_plain)
        except (TypeError, ValueError, RecursionError) as error:
            raise _CallError(
                "invalid-result", f"the result of `{name}` has no form as JSON: {error}"
            ) from error
        record.output_size = len(text)
        if len(text) > self._caps.tool_result:
            raise _CallError(
                "result-too-large",
                f"the result of `{name}` has {len(text)} characters, more than "
                f"{self._caps.tool_result}: ask it for less",
            )
        return f'{{"value":{text}}}'


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise _CallError("invalid-arguments", "the arguments are nested too deeply") from None


def _plain(value: Any) -> Any:
    """The form as JSON of values that `json` does not know."""
    if isinstance(value, Mapping):
        return dict(value)
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    raise TypeError(f"a value of type {type(value).__name__}")


def _checked_input(tool: CheckedTool, given: Any) -> Any:
    try:
        return tool.input.check(given)
    except SchemaMismatchError as error:
        raise _CallError(
            "invalid-arguments", f"invalid arguments of `{tool.name}`: {error}", error.issues
        ) from error

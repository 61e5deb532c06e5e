"""Tools: what the code of a session can call."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, overload

from ..errors import UseError
from .schema import (
    ANY_OBJECT,
    CheckedSchema,
    JsonSchema,
    ToolDefinitionError,
    from_annotations,
    from_json,
)


@dataclass(frozen=True)
class ToolContext:
    """One call of a tool."""

    #: The name of the session and the number of the call: the same each time that this call is made, so a
    #: service can use it as an idempotency key.
    key: str
    #: Whether somebody approved the call.
    approved: bool


_context: ContextVar[ToolContext] = ContextVar("jsvm.tool")


def tool_context() -> ToolContext:
    """Describes the call that the present tool answers."""
    try:
        return _context.get()
    except LookupError:
        raise UseError("there is a call only in tools") from None


@dataclass(frozen=True)
class Tool:
    """A function that code calls as `await tools.NAME({ … })`."""

    #: Dots make namespaces: `git.commit` is called as `tools.git.commit()`.
    name: str
    #: Does the work, with the arguments as one `dict`. It may be asynchronous; another function runs in a
    #: thread. The code gets what it raises: the message is for the model.
    execute: Callable[[Any], Any]
    #: What it does, for the prompt of a model.
    description: str = ""
    #: The JSON Schema of the arguments. By default any object.
    input: JsonSchema | None = None
    #: The JSON Schema of the result. Another result is an error of the tool.
    output: JsonSchema | None = None
    #: Whether each call, or a call with such arguments, waits for approval.
    ask: bool | Callable[[Any], bool] = False

    def _schemas(self) -> tuple[CheckedSchema, CheckedSchema | None]:
        described = f"schema of the tool {self.name!r}"
        given = from_json(f"the input {described}", self.input or ANY_OBJECT)
        if self.output is None:
            return given, None
        return given, from_json(f"the output {described}", self.output)

    async def _run(self, given: Any) -> Any:
        return await _called(self.execute, given)


class FunctionTool(Tool):
    """A tool of a function with annotations, from `tool`."""

    def _schemas(self) -> tuple[CheckedSchema, CheckedSchema | None]:
        return from_annotations(self.name, self.execute)

    async def _run(self, given: Any) -> Any:
        return await _called(self.execute, **given)


async def _called(function: Callable[..., Any], *values: Any, **named: Any) -> Any:
    if inspect.iscoroutinefunction(function):
        return await function(*values, **named)
    result = await asyncio.to_thread(function, *values, **named)
    return await result if inspect.isawaitable(result) else result


@overload
def tool(function: Callable[..., Any], /) -> FunctionTool: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    ask: bool | Callable[[Any], bool] = False,
) -> Callable[[Callable[..., Any]], FunctionTool]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    ask: bool | Callable[[Any], bool] = False,
) -> FunctionTool | Callable[[Callable[..., Any]], FunctionTool]:
    """Makes a tool of a function with annotations. Its docstring is the description.

    >>> @tool(ask=lambda input: input["cents"] > 1000)
    ... def refund(order: str, cents: int) -> dict[str, int]:
    ...     '''Gives money back to a customer.'''
    ...     return {"refunded": cents}
    """

    def make(found: Callable[..., Any]) -> FunctionTool:
        text = inspect.getdoc(found) or "" if description is None else description
        own = name if name is not None else str(getattr(found, "__name__", ""))
        return FunctionTool(own, found, text, ask=ask)

    return make if function is None else make(function)


@dataclass(frozen=True)
class CheckedTool:
    """A tool whose schemas are ready."""

    tool: Tool
    input: CheckedSchema
    output: CheckedSchema | None

    @property
    def name(self) -> str:
        return self.tool.name


_MAX_NAME = 128
#: Names that JavaScript looks for on any object.
_RESERVED = {"then", "toJSON", "__proto__", "constructor", "prototype"}


def checked_tools(given: Iterable[Tool | Callable[..., Any]]) -> dict[str, CheckedTool]:
    """Checks tools, and returns them by their names."""
    tools = [one if isinstance(one, Tool) else _made(one) for one in given]
    names = [one.name for one in tools]
    checked = {}
    for one in sorted(tools, key=lambda one: one.name):
        wrong = _reason_against(one.name)
        if names.count(one.name) > 1:
            wrong = "another tool has it"
        elif any(other.startswith(f"{one.name}.") for other in names):
            wrong = "other tools have it as their namespace"
        if wrong is not None:
            raise ToolDefinitionError(f"a tool cannot have the name {one.name!r}: {wrong}")
        if not callable(one.execute):
            raise ToolDefinitionError(f"the tool {one.name!r} has no function `execute`")
        checked[one.name] = CheckedTool(one, *one._schemas())
    return checked


def _made(function: Any) -> Tool:
    if not callable(function):
        raise ToolDefinitionError(f"{function!r} is no tool: pass a jsvm.Tool or a function")
    return tool(function)


def _reason_against(name: str) -> str | None:
    if len(name) > _MAX_NAME:
        return f"it is longer than {_MAX_NAME} characters"
    for part in name.split("."):
        if not part:
            return "a name, or a part of it between dots, is empty"
        if re.search(r"[\x00-\x1f\x7f-\x9f`\"\\<>]", part):
            return "it contains a quote, a backslash, a bracket or a control character"
        if part in _RESERVED:
            return "JavaScript gives that name a meaning of its own"
    return None

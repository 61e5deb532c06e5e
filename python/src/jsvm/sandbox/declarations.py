"""Declarations of what a cell can use, in TypeScript, for the prompt of a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..engine import packaged
from .tools import CheckedTool
from .types import comment, is_optional, property_name, type_of

_ASKS = "A person may have to approve a call: the session then waits."


def declarations_of(tools: Iterable[CheckedTool]) -> str:
    """The declarations of tools."""
    root: dict[str, Any] = {}
    for tool in tools:
        *spaces, last = tool.name.split(".")
        space = root
        for part in spaces:
            space = space.setdefault(part, {})
        space[last] = tool
    base = packaged("sandbox/base.d.ts").decode()
    return f"{base}\ndeclare const tools: {{\n{_written(root, 1)}}};\n"


def signature(tool: CheckedTool) -> str:
    """How a tool is called."""
    space, _, last = tool.name.rpartition(".")
    return f"tools.{space}{'.' if space else ''}{_member(last, tool, 0)}"


def _written(space: dict[str, Any], level: int) -> str:
    indent = "  " * level
    tools = {name: one for name, one in space.items() if isinstance(one, CheckedTool)}
    text = ""
    for name, tool in tools.items():
        parts = [tool.tool.description.strip(), _ASKS if tool.tool.ask else ""]
        text += comment("\n".join(filter(None, parts)), indent)
        text += f"{indent}{_member(name, tool, level)};\n"
    for name, inner in space.items():
        if name not in tools:
            text += f"{indent}{property_name(name)}: {{\n{_written(inner, level + 1)}{indent}}};\n"
    return text


def _member(name: str, tool: CheckedTool, level: int) -> str:
    output = "any" if tool.output is None else type_of(tool.output.json, level)
    mark = "?" if is_optional(tool.input.json) else ""
    given = type_of(tool.input.json, level)
    return f"{property_name(name)}(input{mark}: {given}): Promise<{output}>"

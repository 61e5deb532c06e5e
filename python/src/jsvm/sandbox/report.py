"""Describes how a cell ended."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from ..data import undefined
from ..errors import InterruptedError, JavaScriptError, JsvmError, LimitError
from ..value import Value, simplified
from .caps import Caps
from .cell import CellReader
from .declarations import signature
from .outcome import CellError, CellValue, Issue, Place, ToolFault
from .tools import CheckedTool

#: Seconds for what describes a result. It can run code of the cell: accessors and `toJSON`.
BRIEF = 1.0
_MAX_BEGINNING = 4 << 10
_MAX_MESSAGE = 4 << 10
_MAX_PLACES = 10
_MAX_LINE = 200
_PLACE = re.compile(r"<cell (\d{1,9})>:(\d{1,9}):(\d{1,9})\)?$", re.MULTILINE)


@dataclass(frozen=True)
class Scene:
    """What is known of a cell."""

    inside: Value
    reader: CellReader
    tools: dict[str, CheckedTool]
    caps: Caps
    cell: int
    code: str


def value_of(output: Any, cap: int) -> CellValue:
    """Describes a value. Raises what its own code throws."""
    if not isinstance(output, Value):
        if output is undefined:
            return CellValue("undefined")
        is_finite = not isinstance(output, float) or output - output == 0
        return CellValue(_text_of(output), output if is_finite else None, has_json=True)
    text = output.inspect(4)
    try:
        found = output.to_json()
    except JavaScriptError:
        # A cycle or a BigInt has no form as JSON.
        found = None
    if found is not None and len(found) > cap:
        return CellValue(shortened(text, min(_MAX_BEGINNING, cap)), too_large=len(found))
    if found is None:
        return CellValue(shortened(text, cap))
    try:
        return CellValue(shortened(text, cap), json.loads(found), has_json=True)
    except RecursionError:
        return CellValue(shortened(text, min(_MAX_BEGINNING, cap)), too_large=len(found))


def _text_of(output: Any) -> str:
    if output is None or isinstance(output, bool):
        return json.dumps(output)
    if isinstance(output, float):
        text = repr(output).replace("inf", "Infinity").replace("nan", "NaN")
        return text.removesuffix(".0")
    return str(output)


def thrown_error(error: JavaScriptError, scene: Scene) -> CellError:
    """Describes what code threw."""
    tool = _tool_fault(error.value, scene)
    parsing = "fine" if tool is not None else scene.reader.parsing(scene.reader.read(scene.code))
    message = str(error) if error.name else f"uncaught {error.message}"
    kind = "tool" if tool is not None else "exception" if parsing == "fine" else "syntax"
    hint = _hint_of(tool, scene) if tool is not None else _hint(parsing, error.name)
    return CellError(
        kind,  # type: ignore[arg-type]
        shortened(message, _MAX_MESSAGE),
        _places_in(error.stack, scene),
        tool,
        hint,
    )


def stopped_error(error: JsvmError, caps: Caps) -> CellError:
    """Describes why a cell cannot go on."""
    if isinstance(error, InterruptedError):
        if error.reason in ("requested", "embedder"):
            return CellError("stopped", "the cell was stopped")
        return CellError(
            "time",
            f"the cell exceeded a time limit ({caps.time:g} s for a cell)",
            hint="Look for a loop that never ends, or split the work into several cells.",
        )
    if isinstance(error, LimitError):
        return CellError(
            "memory",
            "the cell exceeded the memory limit",
            hint="Work on smaller parts, and keep only what is needed.",
        )
    return CellError("lost", str(error), hint="Make the cell do less.")


#: The error of a cell that awaits what never comes.
UNSETTLED = CellError(
    "unsettled",
    "the cell awaits a promise that never settles",
    hint="Look for a `new Promise` that calls neither of its functions.",
)


def _tool_fault(value: Any, scene: Scene) -> ToolFault | None:
    try:
        found = simplified(scene.inside.call_method("detailsOf", value))
        if not isinstance(found, Value):
            return None
        details = found.to_data()
        issues = details.get("issues")
        return ToolFault(
            details["tool"],
            details["code"],
            None if not issues else [Issue(one["path"], one["message"]) for one in issues],
        )
    except (JsvmError, LookupError, TypeError, AttributeError):
        return None


def _hint(parsing: str, name: str) -> str | None:
    if parsing == "needs-function":
        return "A cell is a script: end it with the value as an expression, without `return`."
    if name == "ReferenceError" and parsing == "fine":
        return (
            "There are only the language, `tools`, `files`, `console`, timers and what cells "
            "declared: no `require`, `process` or network."
        )
    return None


def _hint_of(fault: ToolFault, scene: Scene) -> str | None:
    if fault.code == "invalid-arguments":
        known = scene.tools.get(fault.tool)
        return None if known is None else f"Call it as {signature(known)}"
    return {
        "denied": "Do not make this call again; find another way, or ask.",
        "result-too-large": "Ask for fewer items, or for a part.",
        "too-many-calls": "Make fewer calls, or split them over several cells.",
    }.get(fault.code)


def _places_in(stack: str, scene: Scene) -> list[Place]:
    lines = scene.code.split("\n")
    places: list[Place] = []
    for match in _PLACE.finditer(stack):
        cell, line, column = (int(part) for part in match.groups())
        code = None
        if cell == scene.cell and 1 <= line <= len(lines):
            code = shortened(lines[line - 1].strip(), _MAX_LINE)
        places.append(Place(cell, line, column, code))
        if len(places) == _MAX_PLACES:
            break
    return places


def shortened(text: str, limit: int) -> str:
    return f"{text[:limit]}…" if len(text) > limit else text

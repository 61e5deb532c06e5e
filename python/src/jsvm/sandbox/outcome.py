"""What a cell results in. All of it is plain data, for a model or a client."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..options import Level

#: Why a call of a tool failed.
ToolErrorCode = Literal[
    "unknown-tool",
    "invalid-arguments",
    "failed",
    "invalid-result",
    "result-too-large",
    "denied",
    "too-many-calls",
]


@dataclass(frozen=True)
class Issue:
    """A part of a value that does not fit its schema."""

    #: The place in the value: a JSON Pointer, which is empty for the whole value.
    path: str
    message: str


@dataclass(frozen=True)
class CellValue:
    """The value of a cell."""

    #: The value as the console shows it, shortened.
    text: str
    #: The value as JSON has it, if `has_json`.
    json: Any = None
    #: Whether the value has a form as JSON, and is not too large.
    has_json: bool = False
    #: How many characters of JSON the value has, if it was too large.
    too_large: int | None = None


@dataclass(frozen=True)
class Place:
    """A place in the code of a cell."""

    cell: int
    line: int
    column: int
    #: The line, if it is of the present cell.
    code: str | None = None


@dataclass(frozen=True)
class ToolFault:
    """The call of a tool that an error came from."""

    tool: str
    code: ToolErrorCode
    issues: list[Issue] | None = None


@dataclass(frozen=True)
class CellError:
    """Why a cell failed."""

    kind: Literal["syntax", "exception", "tool", "time", "memory", "unsettled", "stopped", "lost"]
    #: The message, with the name of the error.
    message: str
    #: The places in code that led to it, innermost first.
    places: list[Place] = field(default_factory=list)
    tool: ToolFault | None = None
    #: What to do.
    hint: str | None = None


@dataclass(frozen=True)
class PendingCall:
    """A call of a tool that waits for approval."""

    #: The number of the call, unique in its session.
    id: int
    tool: str
    #: The arguments.
    input: Any


@dataclass(frozen=True)
class Approve:
    """The call is made, with other arguments if they are given."""

    id: int
    input: Any = None


@dataclass(frozen=True)
class Deny:
    """The call fails. The code gets the reason."""

    id: int
    reason: str


@dataclass(frozen=True)
class Answer:
    """The call is not made, and has this result."""

    id: int
    value: Any


#: What somebody decides about a call that waits.
Decision = Approve | Deny | Answer


@dataclass
class CallRecord:
    """A call of a tool that was made."""

    id: int
    tool: str
    #: How it ended. `stopped`: whether it had an effect is not known.
    end: Literal["returned", "failed", "stopped", "waits"]
    #: Characters of the arguments, and of the result, as JSON.
    input_size: int
    output_size: int = 0
    seconds: float = 0.0
    #: Why it failed.
    code: ToolErrorCode | None = None


@dataclass(frozen=True)
class FileInfo:
    """A file of a session."""

    path: str
    #: Characters of a text, or bytes.
    size: int


@dataclass(frozen=True)
class FileChange:
    """A file that changed."""

    path: str
    kind: Literal["created", "modified", "removed"]
    #: Characters of a text, or bytes; 0 if the file was removed.
    size: int


@dataclass
class Console:
    """What a cell printed."""

    messages: list[tuple[Level, str]] = field(default_factory=list)
    #: How many characters were left out.
    omitted: int = 0


@dataclass(frozen=True)
class Costs:
    """What a cell used."""

    #: From the call to the outcome.
    seconds: float
    #: In which the VM ran: the rest is waiting for tools and timers.
    running_seconds: float
    #: Bytes of the heap of the session, after the cell, and at most so far.
    memory: int
    peak_memory: int
    #: Calls of tools.
    calls: int
    #: In tools, added up.
    tool_seconds: float


@dataclass(frozen=True)
class Outcome:
    """The result of `Session.run` and `Session.resume`."""

    status: Literal["completed", "failed", "waiting"]
    #: The number of the cell, from 1. Its code has the file name `<cell N>`.
    cell: int
    console: Console
    costs: Costs
    #: The value, if the cell completed.
    value: CellValue | None = None
    #: Why it failed.
    error: CellError | None = None
    #: Whether variables and files are as they were before the cell. They are if the cell was stopped, and
    #: not if it threw. What its calls of tools did is not undone.
    rolled_back: bool = False
    #: The calls that wait for approval.
    waiting: list[PendingCall] = field(default_factory=list)
    #: Rejections that no code handled, and exceptions in timers.
    unhandled: list[CellError] = field(default_factory=list)
    #: The calls of tools, in the order in which they began.
    calls: list[CallRecord] = field(default_factory=list)
    #: Files that the cell changed.
    files: list[FileChange] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The outcome as data that has a form as JSON."""
        return asdict(self)

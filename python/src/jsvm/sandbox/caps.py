"""What a cell may use, beside the limits of its VM."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Caps:
    """What a cell may use."""

    #: Characters of the code of a cell.
    code: int = 256 << 10
    #: Seconds of a cell, waiting for tools included and waiting for approval not.
    time: float = 60.0
    #: Characters that a cell prints. The rest is counted.
    console: int = 64 << 10
    #: Characters of the value of a cell. A larger value is described by its beginning.
    value: int = 64 << 10
    #: Calls of tools in one cell.
    calls: int = 1_000
    #: Calls of tools at the same time. Others wait for their turn.
    concurrent_calls: int = 16
    #: Characters of the result of a tool, as JSON.
    tool_result: int = 4 << 20

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 1 if field.name == "concurrent_calls" else 0
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
                raise ValueError(f"caps.{field.name} is a number of at least {least}: {value!r}")

"""What sessions have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..engine import Engine
from ..limits import Limits
from .caps import Caps
from .declarations import declarations_of
from .saved import SavedSession
from .session import Session
from .tools import Tool, checked_tools


class Sandbox:
    """Tools, limits and caps for sessions in which code of a language model runs.

    >>> def price(item: str) -> int:
    ...     return len(item)
    >>> session = Sandbox(tools=[price]).create_session()
    >>> outcome = asyncio.run(session.run("await tools.price({ item: 'tea' })"))
    >>> outcome.value.json
    3
    """

    def __init__(
        self,
        tools: Iterable[Tool | Callable[..., Any]] = (),
        *,
        engine: Engine | None = None,
        limits: Limits | None = None,
        caps: Caps | None = None,
    ) -> None:
        """Checks the tools, and creates an engine if there is none.

        Tools are `Tool`, or functions with annotations, which need the extra `jsvm-engine[sandbox]`.
        """
        self._tools = checked_tools(tools)
        self._engine = Engine() if engine is None else engine
        #: The limits of VMs.
        self.limits = limits or Limits(memory=64 << 20, hard_memory=128 << 20)
        #: What a cell may use.
        self.caps = caps or Caps()

    @property
    def declarations(self) -> str:
        """The declarations of what code can use, in TypeScript, for the prompt of a model."""
        return declarations_of(self._tools.values())

    def create_session(self) -> Session:
        """Begins a session."""
        return Session(self)

    def restore(self, data: bytes, *, key: bytes | None = None) -> Session:
        """Continues a session of `Session.to_bytes`, here or of the Rust crate `jsvm-sandbox`.

        It has the tools, limits and caps of this sandbox. Raises a `SnapshotError` if the bytes are damaged,
        or are of another engine.
        """
        saved = SavedSession.decode(data, key, int(self.limits.hard_memory))
        return Session(self, saved)

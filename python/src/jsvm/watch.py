"""Decides whether a call into a VM may go on."""

from __future__ import annotations

import time
from math import inf

from .errors import InterruptReason
from .limits import Limits

#: How many seconds a built-in may run beyond the time limit before the VM is given up.
_GRACE = 1.0
#: How many polls a built-in may do beyond a stop that is not by time.
_GRACE_POLLS = 1_000


class Watch:
    """Watches the calls into one VM, one at a time. The clock is read when the VM first polls."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        #: The time at which calls must end, by `time.monotonic()`.
        self.deadline = inf
        #: Whether somebody wants the call to end. Any thread sets it.
        self.requested = False
        #: What a function of the embedder raised that cannot be thrown through the VM.
        self.raised: BaseException | None = None
        self.begin()

    def begin(self) -> None:
        """A call begins."""
        self._started: float | None = None
        self._polls = 0
        self._reason: InterruptReason | None = None
        self._overdue: tuple[float, int] | None = None
        self.raised = None

    def poll(self, point: str) -> InterruptReason | None:
        """Returns why the VM must stop now. Once there is a reason, it stays until the call ends."""
        self._polls += 1
        now = time.monotonic()
        if self._started is None:
            self._started = now
        self._reason = self._reason or self._due(now - self._started, now)
        if self._reason is None or point == "bytecode":
            return self._reason
        # To stop a built-in ends the VM, so it has some time to reach a bytecode.
        if self._overdue is None:
            self._overdue = now, self._polls
        since, polls = self._overdue
        waited = now - since > _GRACE or self._polls - polls > _GRACE_POLLS
        return self._reason if waited else None

    def _due(self, elapsed: float, now: float) -> InterruptReason | None:
        if self.raised is not None:
            return "embedder"
        if self.requested:
            self.requested = False
            return "requested"
        if now >= self.deadline:
            return "deadline"
        if elapsed >= self.limits.time:
            return "time-limit"
        return "work-limit" if self._polls > self.limits.work else None

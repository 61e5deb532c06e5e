"""What a VM may use."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

MIB = 1 << 20

#: The engine needs about four times as much native stack as it counts itself.
STACK = 192 << 10
#: The native stack that calls into VMs may use. The threads of all systems have as much.
NATIVE_STACK = 4 * STACK


@dataclass(frozen=True)
class Limits:
    """The limits of a VM. All are on by default."""

    #: Bytes of the script's heap. Above it, an allocation throws an `InternalError`.
    memory: int = 128 * MIB
    #: Bytes that the memory of the VM cannot pass. A VM that runs into it may be gone.
    hard_memory: int = 256 * MIB
    #: Seconds of one call into the VM, host functions included. `math.inf` for no limit.
    time: float = 10.0
    #: Work of one call, in units of about 10,000 branches. It is the same on every machine.
    work: float = inf
    #: Bytes of the VM's own stack.
    stack: int = STACK
    #: Bytes that one value may take as data.
    output: int = 64 * MIB

    def __post_init__(self) -> None:
        for name in ("memory", "hard_memory", "time", "work", "stack", "output"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
                raise ValueError(f"limits.{name} is a number of at least 0, found {value!r}")
        if self.stack > STACK:
            raise ValueError(
                f"limits.stack is at most {STACK} bytes: threads have no more native stack for it"
            )

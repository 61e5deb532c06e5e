"""Options and reports of VMs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypedDict

from .limits import Limits
from .options import AsyncHostFunction, HostFunction, Level, ModuleLoader, ModuleSource, VmOptions
from .value import Value


class VmKeywords(TypedDict, total=False):
    """The options of a VM: `VmOptions` describes them."""

    limits: Limits | None
    functions: Mapping[str, HostFunction]
    async_functions: Mapping[str, AsyncHostFunction]
    requests: Sequence[str]
    console: Callable[[Level, str], object] | None
    modules: Mapping[str, ModuleSource] | ModuleLoader | None
    resolve: Callable[[str, str], str | None] | None
    clock: Callable[[], tuple[int, int]] | None
    random: Callable[[], int] | None


def options_of(given: VmKeywords) -> VmOptions:
    names = {field.name for field in fields(VmOptions)}
    unknown = given.keys() - names
    if unknown:
        raise TypeError(f"there is no option {min(unknown)!r}: {', '.join(sorted(names))}")
    return VmOptions(**given)


@dataclass(frozen=True)
class Request:
    """Work that a script asked for."""

    #: The number for `Vm.settle`.
    id: int
    #: The name of the function that the script called.
    name: str
    arguments: list[Any]


@dataclass(frozen=True)
class Rejection:
    """A rejection that no script handled."""

    promise: Value
    name: str
    message: str
    stack: str


@dataclass(frozen=True)
class JobReport:
    """What `Vm.run_jobs` did, and what it left."""

    #: How many jobs and timers ran.
    executed: int
    #: Whether jobs are left.
    pending: bool
    #: Seconds until the first timer is due, if one is set.
    next_timer: float | None
    #: What waits for the embedder: `requests`, `cancellations`, `rejections`.
    waiting: frozenset[str]

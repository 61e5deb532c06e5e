"""The errors of this package. Each kind of failure is a class of its own."""

from __future__ import annotations

from typing import Any, Literal

InterruptReason = Literal[
    "time-limit", "cpu-time-limit", "work-limit", "deadline", "requested", "embedder"
]

SnapshotReason = Literal[
    "not-a-snapshot",
    "old-format",
    "unknown-format",
    "truncated",
    "damaged",
    "malformed",
    "other-engine",
    "future-requests",
    "old-requests",
    "missing-seed",
    "too-large",
    "missing-parent",
    "wrong-parent",
    "sealed",
    "not-sealed",
    "wrong-key",
    "busy",
    "no-memory",
    "failed",
]


class JsvmError(Exception):
    """The base class."""


class UseError(JsvmError):
    """A mistake of the program that uses this package, such as a handle that was closed."""


class DataError(JsvmError, TypeError):
    """A value has no form in the other language."""


class EngineError(JsvmError):
    """The engine's file is none, or is of another version."""


class JavaScriptError(JsvmError):
    """An exception of JavaScript: thrown by a script, or a value of class `Error`.

    A host function raises it to throw a certain error into the script.

    >>> def find(user):
    ...     raise JavaScriptError("no such user", name="FindError", properties={"code": "E_USER"})
    >>> vm = Engine().create_vm(functions={"find": find})
    >>> vm.eval("try { find(7) } catch (error) { error.code }")
    'E_USER'
    """

    def __init__(
        self,
        message: str = "",
        *,
        name: str = "Error",
        stack: str = "",
        cause: Any = None,
        errors: list[Any] | None = None,
        properties: dict[Any, Any] | None = None,
        value: Any = None,
        class_name: str | None = None,
    ) -> None:
        super().__init__(message)
        #: `name` of the error. It is empty if a script threw another value than an error.
        self.name = name
        #: `message` of the error, or the thrown value as text.
        self.message = message
        #: `stack` of the error: a line for each frame.
        self.stack = stack
        #: `cause` of the error, if it has one.
        self.cause = cause
        #: `errors` of an `AggregateError`.
        self.errors = errors
        #: Further properties, such as `code`.
        self.properties: dict[Any, Any] = {} if properties is None else properties
        #: The thrown value, if a script threw it. An error is a handle.
        self.value = value
        #: The nearest built-in class.
        self.class_name = class_name

    def __str__(self) -> str:
        if not self.name:
            return f"the script threw {self.message}"
        return f"{self.name}: {self.message}" if self.message else self.name


class InterruptedError(JsvmError):
    """A script was stopped. The VM can be used on."""

    _TEXTS = {
        "time-limit": "the script took more time than limits.time: raise it, or do less in one call",
        "cpu-time-limit": "the script took more CPU time than it may",
        "work-limit": "the script did more work than limits.work: raise it, or do less in one call",
        "deadline": "the script ran beyond its deadline",
        "requested": "the script was stopped by Vm.interrupt()",
        "embedder": "the script was stopped",
    }

    def __init__(self, reason: InterruptReason) -> None:
        super().__init__(self._TEXTS[reason])
        #: Why it was stopped.
        self.reason: InterruptReason = reason


class LimitError(JsvmError):
    """A script reached a limit, and did not catch the error. The VM can be used on."""

    def __init__(self, limit: Literal["memory", "output"], size: int | None = None) -> None:
        super().__init__(
            "the script reached limits.memory: raise it, or keep less in the VM"
            if limit == "memory"
            else f"the value takes more than limits.output, {size} bytes, as data"
        )
        #: The limit.
        self.limit = limit


class TrapError(JsvmError):
    """The VM is gone: a call left it in no defined state. Other VMs are not affected."""


class SnapshotError(JsvmError):
    """A snapshot cannot be taken, read, written or restored. Nothing was changed."""

    def __init__(
        self,
        reason: SnapshotReason,
        message: str,
        *,
        parent: str | None = None,
        engine: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        #: Why.
        self.reason: SnapshotReason = reason
        #: The snapshot that is needed: of `missing-parent` and `wrong-parent`.
        self.parent = parent
        #: The engine that made it: of `other-engine`.
        self.engine = engine

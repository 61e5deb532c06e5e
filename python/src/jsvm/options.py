"""What an embedder gives to a VM."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .limits import Limits

#: A host function: it gets copies of its arguments, and its result is copied into the VM.
HostFunction = Callable[..., Any]
#: An asynchronous host function. Its promise in the VM survives a snapshot.
AsyncHostFunction = Callable[..., Awaitable[Any]]
Level = Literal["debug", "log", "info", "warn", "error", "trace"]


@dataclass(frozen=True)
class Module:
    """The text of a module, with what is known of it."""

    text: str
    #: How the text is read: as an ES module, a CommonJS module or JSON.
    kind: Literal["es", "commonjs", "json"] = "es"
    #: `import.meta.url`
    url: str | None = None
    #: The names that a CommonJS module exports beside `default`.
    exports: Sequence[str] = ()


ModuleSource = str | Module
#: Returns the module of a full name, or nothing.
ModuleLoader = Callable[[str], ModuleSource | None]


@dataclass(frozen=True)
class VmOptions:
    """The options of `Engine.create_vm`."""

    limits: Limits | None = None
    functions: Mapping[str, HostFunction] = field(default_factory=dict)
    async_functions: Mapping[str, AsyncHostFunction] = field(default_factory=dict)
    requests: Sequence[str] = ()
    console: Callable[[Level, str], object] | None = None
    modules: Mapping[str, ModuleSource] | ModuleLoader | None = None
    #: Returns the full name of a module, by its specifier and the name of the importing module.
    resolve: Callable[[str, str], str | None] | None = None
    #: Returns the time of day and elapsed time, in nanoseconds.
    clock: Callable[[], tuple[int, int]] | None = None
    #: Returns 64 random bits.
    random: Callable[[], int] | None = None


def resolved(specifier: str, importer: str) -> str:
    """The name of a module: relative specifiers are resolved against that of the importer."""
    if not specifier.startswith(("/", "./", "../")):
        return specifier
    path = [] if specifier.startswith("/") else importer.split("/")[:-1]
    for part in specifier.split("/"):
        if part == "..":
            del path[-1:]
        elif part not in (".", ""):
            path.append(part)
    return "/" * specifier.startswith("/") + "/".join(path)

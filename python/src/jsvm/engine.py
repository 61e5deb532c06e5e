"""The engine: the compiled module that VMs are instances of."""

from __future__ import annotations

import importlib.resources
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Unpack

import wasmtime

from . import _protocol
from ._abi import engine_wit
from ._abi.machine import PAGE, Imports
from ._description import described_number, description
from ._image import Base, apply, fresh
from ._instance import Instance
from .errors import EngineError, SnapshotError
from .limits import NATIVE_STACK, Limits
from .options import VmOptions
from .records import VmKeywords, options_of
from .vm import Vm, apply_limits
from .watch import Watch

if TYPE_CHECKING:
    from .snapshot import Snapshot


def packaged(name: str) -> bytes:
    """Reads a file of this package."""
    return importlib.resources.files(__package__).joinpath(name).read_bytes()


def wasm_engine(*, cache: bool) -> wasmtime.Engine:
    """Creates an engine of wasmtime for modules of this package."""
    config = wasmtime.Config()
    config.max_wasm_stack = NATIVE_STACK
    if cache:
        try:
            config.cache = True
        except wasmtime.WasmtimeError:
            # There is no folder for it, or it cannot be written.
            config = wasmtime.Config()
            config.max_wasm_stack = NATIVE_STACK
    return wasmtime.Engine(config)


class Engine:
    """Creates VMs. One is enough for a whole program, and for all of its threads.

    The first start compiles the engine, which takes some seconds. Later starts read the result from the
    user's cache folder, where wasmtime keeps it by the contents of the module, its own version and its
    settings.

    >>> vm = Engine().create_vm()
    >>> vm.eval("1 + 1")
    2
    """

    def __init__(self, wasm: bytes | None = None, *, cache: bool = True) -> None:
        """Compiles the engine: that of this package, or one that is given.

        Raises an `EngineError` if it is none.
        """
        given = packaged("js-vm.wasm") if wasm is None else bytes(wasm)
        lines = description(given)
        missing = {"component", "version", "requests", "pages"} - lines.keys()
        if missing:
            raise EngineError("the bytes are no engine: use js-vm.wasm of this package")
        #: The SHA-256 of the engine's component, and the version of jsvm that built it.
        self.name = {"id": lines["component"], "version": lines["version"]}
        self._requests = described_number(lines, "requests")
        self._pages = described_number(lines, "pages")
        self._engine = wasm_engine(cache=cache)
        try:
            self._module = wasmtime.Module(self._engine, given)
        except wasmtime.WasmtimeError as error:
            raise EngineError(f"the engine cannot be compiled: {error}") from error
        self._imports = Imports(engine_wit.IMPORTS, self._module)
        self._lock = threading.Lock()
        self._known_base: Base | None = None

    def create_vm(self, **options: Unpack[VmKeywords]) -> Vm:
        """Creates a VM.

        `functions` and `async_functions` are functions that scripts call by their names. `modules` gives
        texts by names, or is a function that finds them.
        """
        given = options_of(options)
        vm = self._vm(given)
        apply_limits(vm._instance, given.limits or Limits())
        vm._define(given)
        return vm

    def restore(self, snapshot: Snapshot, **options: Unpack[VmKeywords]) -> Vm:
        """Makes a VM of a snapshot: another with each call, which has random numbers of its own.

        Host functions are given again, by their names. The limits of the heap and of output are those of
        the frozen VM unless `limits` are given.

        Raises a `SnapshotError` if the snapshot is of another engine, makes requests that this version
        does not answer, or needs more memory than `limits.hard_memory`.
        """
        return self._thaw(snapshot, options_of(options), "fork")

    def resume(self, snapshot: Snapshot, **options: Unpack[VmKeywords]) -> Vm:
        """Makes the VM of a snapshot go on as the frozen one would have, with its random numbers.

        Raises as `restore`, and if the VM had a seed and `random` is missing.
        """
        return self._thaw(snapshot, options_of(options), "resume")

    def _thaw(
        self, snapshot: Snapshot, options: VmOptions, origin: Literal["fork", "resume"]
    ) -> Vm:
        limits = options.limits or Limits()
        self._check(snapshot, options, origin, limits.hard_memory)
        state = snapshot._state
        vm = self._vm(options, state["monotonic"])
        instance = vm._instance
        apply(instance, self._base, snapshot._image)
        vm._versions = (
            min(state["oldest_requests"], self._requests),
            max(state["newest_requests"], self._requests),
        )
        instance.run("snapshot.restored", origin, limits.stack)
        frozen = instance.run("heap.get-limits")
        if options.limits is None:
            limits = replace(limits, memory=frozen["memory"], output=frozen["output"])
            vm._limits = instance.watch.limits = limits
        apply_limits(instance, limits)
        return vm

    def _check(self, snapshot: Snapshot, options: VmOptions, origin: str, memory: int) -> None:
        state = snapshot._state
        if snapshot.engine["id"] != self.name["id"]:
            raise other_engine(snapshot.engine)
        newest, oldest = state["newest_requests"], state["oldest_requests"]
        if newest > _protocol.VERSION:
            raise SnapshotError(
                "future-requests",
                f"the snapshot makes requests of version {newest}, and this version of the package "
                f"answers requests up to version {_protocol.VERSION}: use a newer version",
            )
        if oldest < _protocol.OLDEST:
            raise SnapshotError(
                "old-requests",
                f"the snapshot makes requests of version {oldest}, and this version of the package "
                f"answers requests from version {_protocol.OLDEST} on: use an older version",
            )
        size = snapshot._image["size"] + self._base.start
        if size % PAGE or size < self._pages * PAGE:
            raise SnapshotError(
                "malformed", "the snapshot is malformed: its size is none that a VM can have"
            )
        if size > memory:
            raise SnapshotError(
                "too-large",
                f"the snapshot needs {size} bytes of memory, and {memory} are allowed: raise "
                "limits.hard_memory",
            )
        if origin == "resume" and state["entropy"] is not None and options.random is None:
            raise SnapshotError(
                "missing-seed",
                "the VM had a seed, whose random numbers this package does not have: pass random=, "
                "or restore the snapshot instead of resuming it",
            )

    def _vm(self, options: VmOptions, frozen_at: int = 0) -> Vm:
        limits = options.limits or Limits()
        watch = Watch(limits)
        instance = self._instance(options, watch, limits.hard_memory)
        # The monotonic clock of a restored VM goes on from where it was, if the system's is behind.
        instance.advance(frozen_at)
        return Vm._new(self, instance, options, limits, (self._requests, self._requests))

    def _instance(self, options: VmOptions, watch: Watch, hard_memory: int) -> Instance:
        pages = self._pages
        parts: dict[str, Any] = {
            "engine": self._engine,
            "module": self._module,
            "imports": self._imports,
            "exports": engine_wit.EXPORTS,
            "pages": pages,
            "max_pages": max(pages, min(-(-hard_memory // PAGE) + pages, PAGE)),
        }
        return Instance(parts, options, watch)

    @property
    def info(self) -> dict[str, Any]:
        """Facts about the engine."""
        instance = self._instance(VmOptions(), Watch(Limits()), Limits().hard_memory)
        return dict(instance.run("realm.get-engine-info"))

    @property
    def _base(self) -> Base:
        """The image of a fresh VM, and where it begins in memory."""
        with self._lock:
            if self._known_base is None:
                start = self.info["image_start"]
                # One in which nothing was called.
                instance = self._instance(VmOptions(), Watch(Limits()), Limits().hard_memory)
                self._known_base = fresh(instance, start)
            return self._known_base


def other_engine(engine: dict[str, str]) -> SnapshotError:
    return SnapshotError(
        "other-engine",
        f"the snapshot is of engine {engine['id']} of jsvm {engine['version']}: restore it with that "
        "version of the package",
        engine=engine,
    )

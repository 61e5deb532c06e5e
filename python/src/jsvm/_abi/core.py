"""Calls of core functions.

`Func.__call__` of wasmtime asks for the types of a function with each call, which takes 20 µs for each
parameter. These calls use the same C API with what is known already.
"""

from __future__ import annotations

import ctypes
from typing import Any

from wasmtime import Instance, Memory, Store, WasmtimeError
from wasmtime import _ffi as ffi
from wasmtime._extern import wrap_extern
from wasmtime._func import enter_wasm

_KINDS = {
    "i32": ffi.WASMTIME_I32.value,
    "i64": ffi.WASMTIME_I64.value,
    "f64": ffi.WASMTIME_F64.value,
}


def export(store: Store, instance: Instance, name: str) -> Any:
    """Returns an export, or nothing. `Instance.exports` reads all of them."""
    item = ffi.wasmtime_extern_t()
    encoded = name.encode()
    found = ffi.wasmtime_instance_export_get(
        store._context(),
        ctypes.byref(instance._instance),
        ctypes.create_string_buffer(encoded),
        len(encoded),
        ctypes.byref(item),
    )
    return wrap_extern(item) if found else None


class CoreFunction:
    """An export of a module with one result or none. It must not be called while it runs."""

    def __init__(
        self, store: Store, function: Any, parameters: tuple[str, ...], result: str | None
    ) -> None:
        self._store = store
        self._function = function._func
        self._cores = parameters
        self._parameters = (ffi.wasmtime_val_t * len(parameters))()
        for value, core in zip(self._parameters, parameters):
            value.kind = _KINDS[core]
        self._values = [value.of for value in self._parameters]
        self._results = (ffi.wasmtime_val_t * (0 if result is None else 1))()
        self._result = result

    def __call__(self, *values: Any) -> Any:
        for place, core, value in zip(self._values, self._cores, values, strict=True):
            setattr(place, core, value)
        store = self._store
        with enter_wasm(store) as trap:
            error = ffi.wasmtime_func_call(
                store._context(),
                ctypes.byref(self._function),
                self._parameters,
                len(self._parameters),
                self._results,
                len(self._results),
                trap,
            )
            if error:
                raise WasmtimeError._from_ptr(error)
        return None if self._result is None else getattr(self._results[0].of, self._result)


def view_of(store: Store, memory: Memory) -> memoryview:
    """Returns the bytes of a memory, as long as it does not grow."""
    return memoryview(memory.get_buffer_ptr(store)).cast("B")

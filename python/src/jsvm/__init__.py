"""JavaScript VMs in WebAssembly that can be limited, frozen and thawed.

>>> import jsvm
>>> vm = jsvm.Engine().create_vm(functions={"greet": lambda name: f"Hello, {name}"})
>>> vm.eval("greet('Python')")
'Hello, Python'
"""

from ._pending import RequestContext, request_context
from .data import (
    ArrayBuffer,
    BigInt,
    Date,
    Map,
    RegExp,
    Set,
    SparseArray,
    Symbol,
    TypedArray,
    Undefined,
    undefined,
)
from .engine import Engine
from .errors import (
    DataError,
    EngineError,
    InterruptedError,
    JavaScriptError,
    JsvmError,
    LimitError,
    SnapshotError,
    TrapError,
    UseError,
)
from .event_loop import EventLoop
from .limits import Limits
from .options import Module
from .records import JobReport, Rejection, Request
from .sandbox import Sandbox, Session, Tool, tool
from .snapshot import Snapshot
from .value import Value
from .vm import Vm

__all__ = [
    "ArrayBuffer",
    "BigInt",
    "DataError",
    "Date",
    "Engine",
    "EngineError",
    "EventLoop",
    "InterruptedError",
    "JavaScriptError",
    "JobReport",
    "JsvmError",
    "LimitError",
    "Limits",
    "Map",
    "Module",
    "RegExp",
    "Rejection",
    "Request",
    "RequestContext",
    "Sandbox",
    "Session",
    "Set",
    "Snapshot",
    "SnapshotError",
    "SparseArray",
    "Symbol",
    "Tool",
    "TrapError",
    "TypedArray",
    "Undefined",
    "UseError",
    "Value",
    "Vm",
    "request_context",
    "tool",
    "undefined",
]

"""Copies of values: between Python and the data form of `wit/data.md`."""

from .decoder import decode
from .encoder import encode
from .kinds import (
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

__all__ = [
    "ArrayBuffer",
    "BigInt",
    "Date",
    "Map",
    "RegExp",
    "Set",
    "SparseArray",
    "Symbol",
    "TypedArray",
    "Undefined",
    "decode",
    "encode",
    "undefined",
]

"""The tags of the data form, from `wit/data.md`."""

CHUNK = 0x6A73_0001
LATIN1 = 0x6A73_0002
UTF16 = 0x6A73_0003
OPAQUE = 0x6A73_0004
NUMBERS = 0x6A73_0005

SECONDS = 1
POSITIVE = 2
NEGATIVE = 3
CLASS = 27
SHARED = 28
REFERENCE = 29
SET = 258
MAP = 259

#: The typed arrays, with the tags of RFC 8746.
VIEWS = {
    "Uint8Array": 64,
    "Uint8ClampedArray": 68,
    "Uint16Array": 69,
    "Uint32Array": 70,
    "BigUint64Array": 71,
    "Int8Array": 72,
    "Int16Array": 77,
    "Int32Array": 78,
    "BigInt64Array": 79,
    "Float16Array": 84,
    "Float32Array": 85,
    "Float64Array": 86,
}
VIEW_NAMES = {tag: name for name, tag in VIEWS.items()}
ITEM_SIZES = {
    name: int("".join(filter(str.isdigit, name)) or 8) // 8 for name in [*VIEWS, "DataView"]
}

ERRORS = {
    "Error",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
    "InternalError",
    "AggregateError",
}

#: Whole numbers below it are numbers of JavaScript, and others BigInts.
SAFE = 1 << 53

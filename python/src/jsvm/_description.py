"""What the modules of this package say about themselves."""

from __future__ import annotations

from .errors import EngineError

#: The custom section with a name and a value on each line.
_SECTION = b"jsvm"
_MAGIC = b"\0asm\x01\0\0\0"


def description(wasm: bytes) -> dict[str, str]:
    """Reads what a module says about itself. Other bytes say nothing."""
    lines: dict[str, str] = {}
    if not wasm.startswith(_MAGIC):
        return lines
    at = len(_MAGIC)
    try:
        while at < len(wasm):
            kind = wasm[at]
            size, start = _number(wasm, at + 1)
            at = start + size
            if kind == 0:
                length, begin = _number(wasm, start)
                if wasm[begin : begin + length] == _SECTION:
                    text = wasm[begin + length : at].decode()
                    parts = [line.partition(" ") for line in text.splitlines()]
                    lines.update({name: value for name, blank, value in parts if blank})
    except (IndexError, ValueError):
        return {}
    return lines


def _number(wasm: bytes, at: int) -> tuple[int, int]:
    """Reads a number in LEB128, and returns it and where the next byte is."""
    value = shift = 0
    while True:
        byte = wasm[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def described_number(lines: dict[str, str], name: str) -> int:
    text = lines.get(name, "")
    if not text.isdecimal() or int(text) == 0:
        raise EngineError(
            f"the module does not say its {name}: use the file of this version of the package"
        )
    return int(text)

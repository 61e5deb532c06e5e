"""Reads the code of cells. Only the VM parses it, so its limits hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ..errors import JavaScriptError
from ..value import Value
from ..vm import Vm

#: How many declarations of a cell are looked at. A cell with more cannot declare all of them again.
_MAX_DECLARATIONS = 1_000

#: The names of the roots, as those of the Rust crate.
_ROOTS = ("jsvm:prompt:function", "jsvm:prompt:async-function")

_DECLARATION = re.compile(r"(?<![\w$.#])(const|let|class)(?=[\s/\[{])")
_CLASS_NAME = re.compile(r"class\s+([^\W\d][\w$]*|\$[\w$]*)")


@dataclass(frozen=True)
class CellCode:
    """Code that is ready to be evaluated."""

    text: str
    #: Whether it uses `await` at its top level.
    is_async: bool


class CellReader:
    """Reads code with the functions that a fresh VM had, which no script can replace."""

    def __init__(self, vm: Vm) -> None:
        self._vm = vm
        if vm.get_root(_ROOTS[0]) is None:
            vm.set_root(_ROOTS[0], vm.eval_value("Function"))
            vm.set_root(_ROOTS[1], vm.eval_value("(async () => {}).constructor"))
        self._function: Value = vm.get_root(_ROOTS[0])
        self._async_function: Value = vm.get_root(_ROOTS[1])

    def read(self, code: str) -> CellCode:
        """Reads a cell: an object literal needs no parentheses, and names can be declared again."""
        trimmed = code.rstrip()
        literal = f"({trimmed}\n)"
        is_object = (
            trimmed.lstrip().startswith("{")
            and not trimmed.endswith(";")
            and (self._parses(self._function, literal) or self._awaits(literal))
        )
        text = literal if is_object else trimmed
        # Code that parses neither way has an error that is better reported without its `await`.
        is_async = self._awaits(text) or (
            "await" in text and not self._parses(self._function, text)
        )
        return CellCode(self._redeclared(text, is_async), is_async)

    def parsing(self, code: CellCode) -> Literal["fine", "needs-function", "wrong"]:
        """How code parses that was read."""
        if self._is_script(code.text, code.is_async):
            return "fine"
        inside = self._parses(self._function, code.text) or self._parses(
            self._async_function, code.text
        )
        return "needs-function" if inside else "wrong"

    def _redeclared(self, text: str, is_async: bool) -> str:
        """Turns `const`, `let` and `class` at the top level into `var`.

        So a later cell can declare the names again. A declaration is at the top level if the code before it
        parses on its own: what is inside of a block, a string or an expression has code before it that does
        not.
        """
        result = ""
        copied = 0
        for looked, match in enumerate(_DECLARATION.finditer(text)):
            at, word = match.start(), match.group(1)
            if looked >= _MAX_DECLARATIONS:
                break
            if at < copied or not _starts_statement(text, at):
                continue
            if not self._is_script(f"{text[:at]}\n;", is_async):
                continue
            if word != "class":
                # Other code keeps its column.
                result += text[copied:at] + ("var  " if word == "const" else "var")
                copied = at + len(word)
                continue
            name = _CLASS_NAME.match(text, at)
            end = None if name is None else self._end_of_class(text, at, is_async)
            if name is not None and end is not None:
                result += f"{text[copied:at]}var {name.group(1)} = {text[at:end]};"
                copied = end
        if not copied:
            return text
        result += text[copied:]
        # What a rewriting has made wrong is evaluated as it is.
        return result if self._is_script(result, is_async) else text

    def _end_of_class(self, text: str, at: int, is_async: bool) -> int | None:
        end = text.find("}", at)
        for _ in range(_MAX_DECLARATIONS):
            if end < 0:
                break
            if self._is_script(text[at : end + 1], is_async):
                return end + 1
            end = text.find("}", end + 1)
        return None

    def _is_script(self, text: str, is_async: bool) -> bool:
        options = {
            "file_name": "<cell>",
            "kind": "script",
            "strict": False,
            "top_level_await": is_async,
        }
        try:
            self._vm._compiled(text, options).close()
        except JavaScriptError:
            return False
        return True

    def _awaits(self, code: str) -> bool:
        return "await" in code and self._parses(self._async_function, code)

    @staticmethod
    def _parses(constructor: Value, code: str) -> bool:
        try:
            made = constructor.call(code)
        except JavaScriptError:
            return False
        if isinstance(made, Value):
            made.close()
        return True


def _starts_statement(text: str, at: int) -> bool:
    """Whether a statement can start here: cheap, and right about what cannot."""
    before = text[max(0, at - 200) : at]
    last = before.rstrip()[-1:]
    return last in ("", ";", "}", "/") or re.search(r"\n\s*$", before) is not None

"""JSON Schemas as types of TypeScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from .schema import JsonSchema

#: Levels of nested types that are written out.
_MAX_DEPTH = 12
#: References that are followed on the way to one type.
_MAX_REFERENCES = 4
#: Schemas that are visited for one type. References can repeat a part any number of times.
_MAX_VISITS = 5_000
#: Values of an `enum` that are written out.
_MAX_VALUES = 64


def type_of(schema: JsonSchema, level: int) -> str:
    """The type of a schema. Parts that have no type are `any`."""
    return _Writer(schema).of(schema, level, 0, 0)


def is_optional(schema: JsonSchema) -> bool:
    """Whether the empty object fits, as far as required properties are concerned."""
    if isinstance(schema, bool):
        return schema
    combines = ("anyOf", "oneOf", "allOf", "$ref", "not", "if")
    return not schema.get("required") and not any(key in schema for key in combines)


def resolved(root: Any, reference: str) -> Any:
    """The part of a schema that a reference leads to."""
    if reference != "#" and not reference.startswith("#/"):
        return None
    part = root
    for key in reference[1:].split("/")[1:]:
        name = unquote(key).replace("~1", "/").replace("~0", "~")
        part = part.get(name) if isinstance(part, dict) else None
    return part


class _Writer:
    def __init__(self, root: JsonSchema) -> None:
        self._root = root
        self._visits = 0

    def of(self, schema: Any, level: int, depth: int, references: int) -> str:
        if not isinstance(schema, dict):
            return "never" if schema is False else "any"
        self._visits += 1
        if depth > _MAX_DEPTH or self._visits > _MAX_VISITS:
            return "any"
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = resolved(self._root, reference)
            if target is None or references >= _MAX_REFERENCES:
                return "any"
            return self.of(target, level, depth, references + 1)
        if "const" in schema:
            return _json(schema["const"])
        values = schema.get("enum")
        if isinstance(values, list) and len(values) <= _MAX_VALUES:
            return _union([_json(value) for value in values])

        def inner(part: Any) -> str:
            return self.of(part, level, depth + 1, references)

        choices = schema.get("anyOf", schema.get("oneOf"))
        if isinstance(choices, list):
            return _union([inner(part) for part in choices])
        if isinstance(schema.get("allOf"), list):
            parts = [_parenthesised(inner(part)) for part in schema["allOf"]]
            if "properties" in schema:
                parts.append(self._object(schema, level, depth, references))
            return " & ".join(parts)

        def one(name: Any) -> str:
            if name == "integer":
                return "number"
            if name == "array":
                return self._array(schema, inner)
            if name == "object":
                return self._object(schema, level, depth, references)
            return name if name in ("string", "number", "boolean", "null") else "any"

        kind = schema.get("type")
        if isinstance(kind, list):
            return _union([one(name) for name in kind])
        default = "object" if "properties" in schema else "array" if "items" in schema else "any"
        return one(default if kind is None else kind)

    @staticmethod
    def _array(schema: dict[str, Any], of: Callable[[Any], str]) -> str:
        prefix = schema.get("prefixItems")
        if isinstance(prefix, list):
            parts = [of(part) for part in prefix]
            if schema.get("items") is not False:
                parts.append(f"...{_parenthesised(of(schema.get('items', True)))}[]")
            return f"[{', '.join(parts)}]"
        return f"{_parenthesised(of(schema.get('items', True)))}[]"

    def _object(self, schema: dict[str, Any], level: int, depth: int, references: int) -> str:
        def of(part: Any) -> str:
            return self.of(part, level + 1, depth + 1, references)

        given = schema.get("properties")
        properties = given if isinstance(given, dict) else {}
        more = schema.get("additionalProperties")
        rest = of(more) if isinstance(more, dict) else None
        if not properties:
            return "{}" if rest is None and more is False else f"Record<string, {rest or 'any'}>"
        required = schema.get("required") or ()
        indent = "  " * (level + 1)
        text = "{\n"
        for name, part in properties.items():
            text += comment(part.get("description") if isinstance(part, dict) else None, indent)
            mark = "" if name in required else "?"
            text += f"{indent}{property_name(name)}{mark}: {of(part)};\n"
        if rest is not None:
            text += f"{indent}[key: string]: {rest};\n"
        return f"{text}{'  ' * level}}}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def property_name(name: str) -> str:
    """A name as it is written in a type."""
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name, re.ASCII) else _json(name)


def comment(text: Any, indent: str) -> str:
    """A comment, if there is a text."""
    if not isinstance(text, str) or not text.strip():
        return ""
    lines = text.strip().replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    body = "".join(f"{indent} * {line.rstrip()}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def _union(types: list[str]) -> str:
    return " | ".join(dict.fromkeys(types)) or "any"


def _parenthesised(name: str) -> str:
    return f"({name})" if re.search(r" [|&] ", name) and not name.startswith("{") else name

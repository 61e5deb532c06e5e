"""Schemas of tools: JSON Schema, and the annotations of functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, get_type_hints

from ..errors import UseError
from .outcome import Issue

#: A JSON Schema.
JsonSchema = bool | Mapping[str, Any]

_MAX_ISSUES = 8


class ToolDefinitionError(UseError, TypeError):
    """The tools of a sandbox cannot be used as they are."""


class SchemaMismatchError(Exception):
    """A value does not fit its schema."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__(sentence(issues))
        self.issues = issues


def sentence(issues: list[Issue]) -> str:
    """Describes issues in one line."""
    return "; ".join(f"{one.path}: {one.message}" if one.path else one.message for one in issues)


@dataclass(frozen=True)
class CheckedSchema:
    """A schema that is ready to be used."""

    json: JsonSchema
    #: Returns the value that fits, or raises a `SchemaMismatchError`.
    check: Callable[[Any], Any]


def _pointer(path: Any) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _needed(module: str) -> Any:
    try:
        return __import__(module)
    except ModuleNotFoundError as error:
        raise ToolDefinitionError(
            f"{module} is not installed: install jsvm-engine[sandbox]"
        ) from error


#: The schema of a tool that has none.
ANY_OBJECT: JsonSchema = {"type": "object"}


def from_json(described: str, schema: JsonSchema) -> CheckedSchema:
    """Prepares a JSON Schema."""
    if schema == ANY_OBJECT:
        return CheckedSchema(schema, _object)
    jsonschema = _needed("jsonschema")
    try:
        kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
        kind.check_schema(schema)
        validator = kind(schema)
    except (jsonschema.SchemaError, AttributeError, TypeError) as error:
        message = getattr(error, "message", str(error))
        raise ToolDefinitionError(f"{described} is invalid: {message}") from error

    def check(value: Any) -> Any:
        try:
            found = list(islice(validator.iter_errors(value), _MAX_ISSUES))
        except RecursionError:
            raise SchemaMismatchError([Issue("", "the value is nested too deeply")]) from None
        if found:
            raise SchemaMismatchError(
                [Issue(_pointer(one.absolute_path), _shortened(one.message)) for one in found]
            )
        return value

    return CheckedSchema(schema, check)


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise SchemaMismatchError([Issue("", f"{_shortened(repr(value))} is not of type 'object'")])
    return value


def _shortened(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def from_annotations(
    name: str, function: Callable[..., Any]
) -> tuple[CheckedSchema, CheckedSchema | None]:
    """Makes schemas of the parameters of a function, and of its result."""
    pydantic = _needed("pydantic")
    try:
        hints = get_type_hints(function, include_extras=True)
        signature = inspect.signature(function)
    except (NameError, TypeError, ValueError) as error:
        raise ToolDefinitionError(
            f"the annotations of the tool {name!r} cannot be read: {error}"
        ) from error
    found: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ToolDefinitionError(
                f"the tool {name!r} has a parameter *{parameter.name}: a tool has named parameters"
            )
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise ToolDefinitionError(
                f"the parameter {parameter.name} of the tool {name!r} can only be given by its place"
            )
        default = ... if parameter.default is parameter.empty else parameter.default
        found[parameter.name] = (hints.get(parameter.name, Any), default)
    config = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=False)
    try:
        model = pydantic.create_model(f"{name}_input", __config__=config, **found)
        schema = model.model_json_schema()
        result = hints.get("return", Any)
        output = None if result is Any else _adapted(pydantic.TypeAdapter(result))
    except (pydantic.PydanticUserError, TypeError, NameError) as error:
        raise ToolDefinitionError(
            f"the annotations of the tool {name!r} have no JSON Schema: {error}"
        ) from error

    def check(value: Any) -> Any:
        with _issues(pydantic):
            made = model.model_validate(value)
            return {key: getattr(made, key) for key in found}

    return CheckedSchema(schema, check), output


def _adapted(adapter: Any) -> CheckedSchema:
    pydantic = _needed("pydantic")

    def check(value: Any) -> Any:
        with _issues(pydantic):
            return adapter.dump_python(adapter.validate_python(value), mode="json")

    return CheckedSchema(adapter.json_schema(mode="serialization"), check)


class _issues:
    """Turns the errors of pydantic into issues."""

    def __init__(self, pydantic: Any) -> None:
        self._pydantic = pydantic

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if isinstance(error, self._pydantic.ValidationError):
            found = error.errors(include_url=False, include_context=False)[:_MAX_ISSUES]
            issues = [Issue(_pointer(one["loc"]), _shortened(one["msg"])) for one in found]
            raise SchemaMismatchError(issues) from None

"""Turns what pydantic finds wrong into one line per field, in the words of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mtl.config.yaml_file import Document, FieldPath
from mtl.errors import MtlError, nearest

_EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a mapping",
    "string_type": "text",
    "tuple_type": "a list",
}


def _found(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    kinds = {bool: "truth value", int: "number", float: "number", str: "text"}
    return f"{value!r} ({kinds.get(type(value), type(value).__name__)})"


def _model_at(model: type[BaseModel], field: FieldPath) -> type[BaseModel] | None:
    """The model class whose key `field[-1]` is."""
    annotation: Any = model
    for part in field[:-1]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            info = annotation.model_fields.get(str(part))
            annotation = info.annotation if info else None
        else:  # a mapping or a tuple: its items' type
            arguments = [a for a in get_args(annotation) if a is not Ellipsis]
            annotation = arguments[-1] if arguments else None
    return annotation if isinstance(annotation, type) else None


def _expected(error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    if kind == "literal_error":
        return f"one of {context['expected'].replace(chr(39), '')}"
    if kind == "greater_than_equal":
        return f"at least {context['ge']:g}"
    if kind == "greater_than":
        return f"more than {context['gt']:g}"
    if kind == "less_than":
        return f"less than {context['lt']:g}"
    if kind == "string_pattern_mismatch":
        return "a lower-case name of letters, digits and underscores"
    if kind == "too_short":
        return f"at least {context['min_length']} item(s)"
    return str(error["msg"]).removeprefix("Input should be ")


def describe(document: Document, model: type[BaseModel], error: dict[str, Any]) -> str:
    """One line for one of pydantic's errors: file, line, field, expected, found, nearest."""
    # Steps that are no field of the file: which alternative of a union failed, "[key]" markers.
    field: FieldPath = tuple(
        part
        for part in error["loc"]
        if isinstance(part, int) or part not in ("[key]", "bool", "int", "float", "str")
    )
    if error["type"] == "extra_forbidden":
        owner = _model_at(model, field)
        valid = list(owner.model_fields) if owner else []
        close = nearest(str(field[-1]), valid)
        hint = f" Did you mean '{close}'?" if close else ""
        return (
            f"{document.where(field)}: unknown key '{field[-1]}'; "
            f"expected one of {', '.join(sorted(valid))}.{hint}"
        )
    if error["type"] == "missing":
        return f"{document.where(field)}: this key is required, but missing"
    found = error["input"]
    hint = ""
    if error["type"] == "literal_error":
        close = nearest(str(found), re.findall(r"'([^']*)'", error["ctx"]["expected"]))
        hint = f". Did you mean '{close}'?" if close else ""
    return f"{document.where(field)}: expected {_expected(error)}, found {_found(found)}{hint}"


def _distinct(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))


def validate(document: Document, model: type[BaseModel]) -> Any:
    """The document as a model.

    Raises:
        MtlError: with one line per wrong field.
    """
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        failures = error.errors(include_url=False)
        # A value that fits no member of a union fails once for each member: say so once.
        scalars = [f for f in failures if f["loc"] and f["loc"][-1] in ("bool", "int", "float")]
        # A list whose items are wrong also fails as too short, as if it had only the right ones.
        filled = [
            f
            for f in failures
            if f["type"] == "too_short" and len(f["input"]) >= f["ctx"]["min_length"]
        ]
        lines = [
            describe(document, model, failure)  # type: ignore[arg-type]
            for failure in failures
            if failure not in scalars and failure not in filled
        ]
        raise MtlError("\n".join(_distinct(lines))) from None

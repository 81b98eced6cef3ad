"""Options of a data set or a twin: a frozen dataclass, read from plain configuration."""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from mtl.errors import MtlError, unknown

Options = TypeVar("Options")


def option(
    default: Any = dataclasses.MISSING,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with its closed range of numbers, or its valid words."""
    metadata = {"low": low, "high": high, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


def read_options(kind: type[Options], config: Mapping[str, object], where: str) -> Options:
    """The dataclass `kind` with the values of `config`.

    Args:
        kind: a dataclass whose fields are made by `option` and typed int, float or str.
        config: its values by field name; a field with a default may be absent.
        where: what is being configured, for the messages.

    Raises:
        MtlError: for an unknown or missing field, a value of another type or out of range.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    types = typing.get_type_hints(kind)
    for name in config:
        if name not in fields:
            raise unknown("option", name, fields, where)
    values = {}
    for name, field in fields.items():
        if name in config:
            values[name] = _checked(config[name], types[name], field, where)
        elif field.default is dataclasses.MISSING:
            raise MtlError(f"{where}: option '{name}' is missing")
    return kind(**values)


def _checked(value: object, kind: type, field: dataclasses.Field[Any], where: str) -> object:
    place = f"{where}: option '{field.name}'"
    if kind is str:
        choices = field.metadata["choices"]
        if choices and value not in choices:
            raise unknown(field.name, value, choices, where)
        if not isinstance(value, str):
            raise MtlError(f"{place} must be text, found {value!r}")
        return value
    if kind is int and (not isinstance(value, int) or isinstance(value, bool)):
        raise MtlError(f"{place} must be an integer, found {value!r}")
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise MtlError(f"{place} must be a number, found {value!r}")
    low, high = field.metadata["low"], field.metadata["high"]
    if (low is not None and value < low) or (high is not None and value > high):
        limits = [f"at least {low}"] if low is not None else []
        limits += [f"at most {high}"] if high is not None else []
        raise MtlError(f"{place} must be {' and '.join(limits)}, found {value}")
    return kind(value)

"""Descriptions in JSON: every field is compared with the type that the program gives it."""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from model.files.archive import refusing
from model.files.error import FileError, FileReason

T = TypeVar("T")

LARGEST_NUMBER = 1 << 53
"""Whole numbers up to this one are exact in every reader of JSON."""
LONGEST_TEXT = 2_000


def parsed_json(content: bytes, longest: int) -> dict[str, Any]:
    """What a JSON file holds, which must be an object: {"name": value}.

    Args:
        content: of the file.
        longest: bytes; a longer one is not read.

    Raises:
        FileError: it is too long, or no such file.
    """
    if len(content) > longest:
        raise FileError(FileReason.TOO_LONG)
    with refusing():
        values = json.loads(content.decode(), parse_constant=_no_number)
    if not isinstance(values, dict):
        raise FileError(FileReason.NOT_FITTING, "it is no object with names")
    return values


def dataclass_of(kind: type[T], values: object) -> T:
    """A dataclass from the values that `asdict` made of it, each checked against its type.

    Its fields may be numbers, texts, members of a StrEnum, Literals, other dataclasses, tuples of
    any length of one of these, and None where the type says so.

    Raises:
        FileError: a field is missing, too much, of another type, or refused by the dataclass.
    """
    if not isinstance(values, Mapping):
        raise FileError(FileReason.NOT_FITTING, f"{kind.__name__} is no object with names")
    types_of = _types_of(kind)
    if set(values) != set(types_of):
        raise FileError(FileReason.NOT_FITTING, f"{kind.__name__} has other fields than expected")
    found = {name: _checked(types_of[name], values[name], name) for name in types_of}
    try:
        return kind(**found)
    except ValueError as error:
        raise FileError(FileReason.NOT_FITTING, str(error)) from error


def _types_of(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _checked(kind: Any, value: object, name: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (kind,) = (each for each in arguments if each is not type(None))
        return _checked(kind, value, name)
    if origin is tuple and isinstance(value, list):
        return tuple(_checked(arguments[0], each, name) for each in value)
    if origin is Literal:
        for option in arguments:
            if type(option) is type(value) and option == value:
                return option
    elif is_dataclass(kind):
        return dataclass_of(kind, value)  # type: ignore[arg-type]  # a class, no instance
    elif isinstance(value, bool):  # before int: in Python a truth is a number, too
        if kind is bool:
            return value
    elif isinstance(value, int | float) and kind in (float, int):
        right = kind is float or isinstance(value, int)
        if right and abs(value) <= LARGEST_NUMBER:  # infinity is not, nor a number with 300 digits
            return kind(value)
    elif isinstance(value, str) and len(value) <= LONGEST_TEXT and _can_be_shown(value):
        if kind is str:
            return value
        if isinstance(kind, type) and issubclass(kind, StrEnum) and value in list(kind):
            return kind(value)
    raise FileError(FileReason.NOT_FITTING, f"{name} is nothing that it can be")


def _can_be_shown(text: str) -> bool:
    """Whether a text has no half of a character: JSON can say one, and no page can show it."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _no_number(name: str) -> float:
    raise FileError(FileReason.NOT_FITTING, f"{name} is no number")

"""What a student's browser may send on the class's channel, checked on arrival.

A request says what is done, and never by whom or for whom: the seat of its connection says that.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 24_000
"""Bytes of a message; a drawing in which no two cells are alike has 18,900."""
LONGEST_ID = 16


class MalformedRequestError(ValueError):
    """A message that no page of ours sends."""


@dataclass(frozen=True)
class HandRequest:
    """The hand is raised, or taken down."""

    n: int
    up: bool


@dataclass(frozen=True)
class AnswerRequest:
    """An answer to a question, in one of its rounds."""

    n: int
    question: str
    round: int
    choice: int


@dataclass(frozen=True)
class DigitRequest:
    """A digit for the class's own set.

    Attributes:
        number: how many this student handed in before it.
        digit: which one was asked for.
        ink: as the sheet packs it, see `ui.components.canvas`.
    """

    n: int
    number: int
    digit: int
    ink: str


Request = HandRequest | AnswerRequest | DigitRequest


def token_of(raw: bytes | str) -> str:
    """The token that the first message names.

    Raises:
        MalformedRequestError: it names none.
    """
    token = _object(raw).get("token")
    if not isinstance(token, str):
        raise MalformedRequestError
    return token


def request_of(raw: bytes | str) -> Request:
    """What a message asks for.

    Raises:
        MalformedRequestError: it asks for nothing that there is.
    """
    said = _object(raw)
    kind = said.get("do")
    make = _KINDS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise MalformedRequestError
    return make(said)


def _object(raw: bytes | str) -> Mapping[str, Any]:
    if isinstance(raw, bytes):
        raise MalformedRequestError
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise MalformedRequestError from error
    if not isinstance(said, dict):
        raise MalformedRequestError
    return said


def _number(said: Mapping[str, Any], name: str, below: int) -> int:
    value = said.get(name)
    # type() rather than isinstance: True is an int to Python, and not a number to us
    if type(value) is not int or not 0 <= value < below:
        raise MalformedRequestError
    return value


def _text(said: Mapping[str, Any], name: str, longest: int) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise MalformedRequestError
    return value


def _hand(said: Mapping[str, Any]) -> Request:
    up = said.get("up")
    if not isinstance(up, bool):
        raise MalformedRequestError
    return HandRequest(_number(said, "n", 2**31), up)


def _answer(said: Mapping[str, Any]) -> Request:
    return AnswerRequest(
        _number(said, "n", 2**31),
        _text(said, "question", LONGEST_ID),
        _number(said, "round", 10),
        _number(said, "choice", 10),
    )


def _digit(said: Mapping[str, Any]) -> Request:
    return DigitRequest(
        _number(said, "n", 2**31),
        _number(said, "number", 10_000),
        _number(said, "digit", 10),
        _text(said, "ink", LARGEST),
    )


_KINDS: dict[str, Callable[[Mapping[str, Any]], Request]] = {
    "hand": _hand,
    "answer": _answer,
    "digit": _digit,
}

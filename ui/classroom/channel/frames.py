"""What a student's browser may send on the class's channel, checked on arrival.

A request says what is done, and never by whom or for whom: the seat of its connection says that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ui.state.connections.sockets import MalformedError, fields_of, number_in

LARGEST = 24_000
"""Bytes of a message; a drawing in which no two cells are alike has 18,900."""
LONGEST_ID = 16


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


def request_of(raw: bytes | str) -> Request:
    """What a message asks for.

    Raises:
        MalformedError: it asks for nothing that there is.
    """
    said = fields_of(raw)
    kind = said.get("do")
    make = _KINDS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise MalformedError
    return make(said)


def _text(said: Mapping[str, Any], name: str, longest: int) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise MalformedError
    # Ids and ink are written in ASCII; no database takes what is no character at all.
    if not (value.isascii() and value.isprintable()):
        raise MalformedError
    return value


def _hand(said: Mapping[str, Any]) -> Request:
    up = said.get("up")
    if not isinstance(up, bool):
        raise MalformedError
    return HandRequest(number_in(said, "n", 2**31), up)


def _answer(said: Mapping[str, Any]) -> Request:
    return AnswerRequest(
        number_in(said, "n", 2**31),
        _text(said, "question", LONGEST_ID),
        number_in(said, "round", 10),
        number_in(said, "choice", 10),
    )


def _digit(said: Mapping[str, Any]) -> Request:
    return DigitRequest(
        number_in(said, "n", 2**31),
        number_in(said, "number", 10_000),
        number_in(said, "digit", 10),
        _text(said, "ink", LARGEST),
    )


_KINDS: dict[str, Callable[[Mapping[str, Any]], Request]] = {
    "hand": _hand,
    "answer": _answer,
    "digit": _digit,
}

"""A server with the class's channel alone, and seats that tests make themselves."""

import json
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from model.classroom.database import Database
from model.classroom.lifecycle import Member, Opened, join, open_class
from model.engine import InlineEngine
from tests.channels import closed_with, served, sitting
from ui.classroom.channel.routes import class_routes
from ui.state.classroom.seat import ClassSeat, Role
from ui.state.classroom.store import database
from ui.state.session import Session

SECONDS = 60


class Lesson:
    """A class with its database, and what its screens are told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database: Database = database()
        self.opened: Opened = open_class(self.database)
        self.sessions: list[Session] = []  # a seat knows its session weakly
        self.seats: list[ClassSeat] = []

    def seat(self, role: Role = Role.STUDENT, class_id: str | None = None) -> ClassSeat:
        one: Member | None = None
        if role is Role.STUDENT:
            one = join(self.database, self.opened.code)
        self.sessions.append(Session())
        seat = ClassSeat(
            role,
            class_id or self.opened.class_id,
            one,
            mark="",
            _session=weakref.ref(self.sessions[-1]),
        )
        self.seats.append(seat)
        return seat

    @contextmanager
    def sitting(self, seat: ClassSeat) -> Iterator["Screen"]:
        with sitting(self.url, seat.token) as socket:
            yield Screen(socket)


class Screen:
    """One connection: what it was told so far."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.parts: dict[str, Any] = {}
        self.messages: list[dict[str, Any]] = []
        self.number = 0

    def take(self) -> dict[str, Any]:
        said = json.loads(self.socket.recv(SECONDS))
        self.messages.append(said)
        self.parts |= said.get("parts", {})
        return said

    def until(self, holds: Any) -> dict[str, Any]:
        """Take what comes until something holds for the parts; return them."""
        while not self.parts or not holds(self.parts):
            self.take()
        return self.parts

    def ask(self, **request: object) -> dict[str, Any]:
        """Send a request, and wait for "done" or "refused"."""
        self.number += 1
        self.socket.send(json.dumps(request | {"n": self.number}))
        while True:
            said = self.take()
            if self.number in (said.get("done"), said.get("refused")):
                return said

    def closed_with(self) -> int | None:
        return closed_with(self.socket)


@pytest.fixture(scope="module")
def class_url() -> Iterator[str]:
    with served(class_routes()) as url:
        yield f"{url}/class_channel"


@pytest.fixture
def lesson(
    class_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inline_engine: InlineEngine
) -> Lesson:
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    return Lesson(class_url)

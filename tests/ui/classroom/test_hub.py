"""The hub alone, on a loop of the test's own, where it can be said what comes when."""

import asyncio
from pathlib import Path

import pytest

from model.classroom.database import Database
from model.classroom.lifecycle import open_class
from model.classroom.view import ClassView
from ui.classroom.channel import hub as hub_module
from ui.classroom.channel.hub import Connection, Hub
from ui.state.classroom.seat import ClassSeat, Role

SECONDS = 60


class NoWatch:
    """In place of the one that looks every half second, and so finds what was lost."""

    def __init__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        pass


class Looking(Connection):
    """A connection without a socket: it only notes how often it was shown something."""

    def __init__(self, seat: ClassSeat, hub: Hub) -> None:
        self.seat, self.hub = seat, hub
        self.shown = 0
        self.again = asyncio.Event()

    def show(self, view: ClassView) -> None:
        self.shown += 1
        self.spoken = self.seat.language
        if self.shown > 1:
            self.again.set()
            return
        # With a pause of 0 the hub looks for the last time one turn of the loop later, and a turn
        # after that this change arrives.
        asyncio.get_running_loop().call_soon(self.hub.changed, view.id)


def test_a_change_that_comes_just_after_the_last_look_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "Watch", NoWatch)
    monkeypatch.setattr(hub_module, "PAUSE", 0)
    here = Database(str(tmp_path / "classes.sqlite"))
    class_id = open_class(here).class_id

    async def twice() -> None:
        hub = Hub(here)
        connection = Looking(ClassSeat(Role.TEACHER, class_id), hub)
        await hub.come(connection)
        await asyncio.wait_for(connection.again.wait(), SECONDS)
        await hub.leave(connection)

    asyncio.run(twice())
    here.close()

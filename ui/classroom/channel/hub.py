"""Who looks at which class on this server, and how a change comes to their screens.

A change of a class is read once and handed to all its connections, each of which sends the parts
that its screen has not got. Nothing is sent, and nothing is asked of the database, while nothing
happens. What students do (their page, digit and training), and which language each screen is in,
is looked at once a second, in memory.
"""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NoReturn, TypeVar

from starlette.websockets import WebSocket

from model.classroom.database import Database
from model.classroom.doings import Doing, note_doings, note_here
from model.classroom.reasons import ClassError
from model.classroom.view import ClassView, view_class
from model.classroom.watch import Watch
from ui.classroom.channel.parts import parts_of
from ui.locale import speaking
from ui.state.classroom.seat import ClassSeat, Role

T = TypeVar("T")

PAUSE = 0.05
"""Seconds between two looks at one class: thirty answers at a time are a few messages."""
LOOK_SECONDS = 1.0
"""Between two looks at what students do."""
AGAIN_SECONDS = 0.5
"""Until a database that did not answer is asked again."""
THREADS = 4
"""That wait for the database."""


class Connection:
    """One open socket of a seat. All is called on the server's loop."""

    def __init__(self, socket: WebSocket, seat: ClassSeat) -> None:
        self.seat = seat
        self.noted: Doing | None = None  # what the board has of this student
        self.spoken: str | None = None  # the language of what the screen has
        self._socket = socket
        self._told: dict[str, str] = {}  # what the screen has, by part
        self._parts: dict[str, str] = {}  # what waits to be sent
        self._texts: list[str] = []
        self._filled = asyncio.Event()

    def show(self, view: ClassView) -> None:
        """Send what has changed for this screen."""
        seat = self.seat
        if seat.role is Role.STUDENT:
            seat.sent_to = view.sent_to
            if seat.followed is None:
                seat.followed = 0 if view.sent_to is None else view.sent_to.number
            if seat.paused != view.paused:
                seat.hold(view.paused)
        self.spoken = seat.language
        with speaking(self.spoken):
            parts = {name: json.dumps(part) for name, part in parts_of(seat, view).items()}
        gone = {name: "null" for name in self._told if name not in parts}
        for name, text in (parts | gone).items():
            if self._told.get(name) != text:
                self._parts[name] = text
                self._filled.set()
        self._told = parts

    def over(self) -> None:
        """Say that the class has ended."""
        self._say({"over": True})

    def done(self, n: int) -> None:
        """Say that a request was carried out."""
        self._say({"done": n})

    def refused(self, n: int, words: str, again: bool) -> None:
        """Say that a request was not carried out, and whether it may be sent again."""
        self._say({"refused": n, "words": words, "again": again})

    def _say(self, said: dict[str, object]) -> None:
        self._texts.append(json.dumps(said))
        self._filled.set()

    async def send_all(self) -> NoReturn:
        """Send whatever comes; what the parts of a slow connection become is sent once.

        Raises:
            WebSocketDisconnect: the browser has gone.
        """
        while True:
            await self._filled.wait()
            self._filled.clear()
            texts, self._texts = self._texts, []
            parts, self._parts = self._parts, {}
            for text in texts:
                await self._socket.send_text(text)
            if parts:
                whole = ", ".join(f"{json.dumps(name)}: {text}" for name, text in parts.items())
                await self._socket.send_text(f'{{"now": {time.time()}, "parts": {{{whole}}}}}')


class Hub:
    """All connections of this server.

    Args:
        database: where the classes are.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._loop = asyncio.get_running_loop()
        self._connections: dict[str, set[Connection]] = defaultdict(set)  # by class
        self._changed: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(THREADS, "class")
        self._watch = Watch(database, self.changed, lambda: set(self._connections))
        self._watch.start()
        database.listen(self.changed)

    def changed(self, class_id: str) -> None:
        """Bring a change to its screens; may be called from any thread."""
        with suppress(RuntimeError):  # the server's loop has ended
            self._loop.call_soon_threadsafe(self._mark, class_id)

    async def in_thread(self, work: Callable[..., T], *args: object) -> T:
        """Do something that waits for the database."""
        return await self._loop.run_in_executor(self._pool, work, *args)

    async def come(self, connection: Connection) -> None:
        """Take a connection in."""
        seat = connection.seat
        self._connections[seat.class_id].add(connection)
        await self._here(seat)
        self._mark(seat.class_id)
        if self._looking is None or self._looking.done():
            self._looking = self._loop.create_task(self._look())

    async def leave(self, connection: Connection) -> None:
        """Let a connection go."""
        seat = connection.seat
        mine = self._connections[seat.class_id]
        mine.discard(connection)
        if not mine:
            del self._connections[seat.class_id]
        await self._here(seat)

    async def _here(self, seat: ClassSeat) -> None:
        """Note whether a student is connected; a teacher sees it, and nothing depends on it."""
        if seat.one is None:
            return
        student = seat.one.student_id
        others = self._connections.get(seat.class_id, set())
        here = any(each.seat.one and each.seat.one.student_id == student for each in others)
        with suppress(ClassError):  # the class is over, or its database away, which logs that
            await self.in_thread(note_here, self.database, seat.class_id, student, here)

    def _mark(self, class_id: str) -> None:
        if class_id not in self._connections:
            return
        self._changed.add(class_id)
        if class_id not in self._tasks:
            self._tasks[class_id] = self._loop.create_task(self._show(class_id))

    async def _show(self, class_id: str) -> None:
        try:
            await self._show_changes(class_id)
        finally:
            # With the last look, and not in a call when the task is done: what comes between the
            # two would wait for the next change.
            del self._tasks[class_id]

    async def _show_changes(self, class_id: str) -> None:
        while class_id in self._changed:
            self._changed.discard(class_id)
            try:
                view = await self.in_thread(view_class, self.database, class_id)
            except ClassError:
                self._changed.add(class_id)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            for connection in list(self._connections.get(class_id, ())):
                if view is None:
                    connection.over()
                else:
                    connection.show(view)
            await asyncio.sleep(PAUSE)

    async def _look(self) -> None:
        """Note what students do, all of a class at once, as long as any are connected.

        A screen whose person has chosen another language is told everything in that one.
        """
        while self._connections:
            await asyncio.sleep(LOOK_SECONDS)
            for class_id, connections in list(self._connections.items()):
                new: dict[str, Doing] = {}
                fresh: list[tuple[Connection, Doing]] = []
                for each in connections:
                    if each.spoken != each.seat.language:
                        self._mark(class_id)
                    if each.seat.one is None:
                        continue
                    doing = each.seat.doing()
                    if doing != each.noted:
                        new[each.seat.one.student_id] = doing
                        fresh.append((each, doing))
                if not new:
                    continue
                try:
                    await self.in_thread(note_doings, self.database, class_id, new)
                except ClassError:
                    continue  # the next look tries again
                for each, doing in fresh:
                    each.noted = doing

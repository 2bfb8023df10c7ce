"""A class of students without browsers: what is lost, how long they wait, what memory it takes.

    python -m tests.benchmarks.bench_classroom --students 30 --minutes 30 --trainings 5 \
        --every 120 --flood 10000 --kill server engine worker database

They speak the class's protocol and the pen's. So often there is a new question, which each answers
once, at some moment of the next fifteen seconds. Half of the time all draw, at once: their ink is
read over the pen's channel so often a second, and each hands in a digit every ten seconds. Some
train all the time. In the middle one more, on the same machine, sends random messages. What is
named is killed in turn, at equal distances and while votes are coming, with SIGKILL, a worker each
of the two; server and database are started again at once, and the students come back as the same
ones, as browsers do. With "database" the class is on a PostgreSQL of its own.

Lost is what the server had said "done" to, or would not take in the end, and is not in the
database; and a training that is gone, has failed, or does not go on. What happened around a kill,
and while one sent random messages, is told apart. `bench_load` has the five hundred visits.

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from model.classroom.lifecycle import MOST_STUDENTS
from tests.benchmarks.class_people import Board, Student
from tests.benchmarks.class_server import KILLED, Server
from tests.benchmarks.timing import say
from tests.browser.conftest import ROOT, end_server
from tests.postgres import find_postgres, postgres

WITHIN = 15.0
"""Seconds in which a question is answered."""
VOTING = 2.0
"""Seconds from a question to a kill."""
AROUND = 20.0
"""Seconds after a kill in which waits are counted apart."""
FLOOD_AT = 0.25
"""Of the lesson: when one begins to send random messages."""
LOOK = 5.0
"""Seconds between two looks at each training: a page that shows it looks, too."""
EARLY = 1 / 6
"""Of the lesson, five minutes of thirty: the memory after that is compared with the end's."""
QUIET, KILLS, FLOOD = "", ", around kills", ", while one floods"


class Lesson:
    """It is held once; then it tells what was measured."""

    def __init__(self, server: Server, options: argparse.Namespace) -> None:
        self.server, self.options = server, options
        self.seconds: float = options.minutes * 60
        self.students: list[Student] = []
        self.asked: dict[str, list[float]] = {}  # moments of the votes, by question
        self.memory: list[tuple[float, dict[str, float]]] = []  # seconds, megabytes by process
        self.flooded = (0.0, 0.0)  # from, until
        self.flooder: dict[str, str] = {}  # whose digits are not counted
        self.began = self.put = 0.0  # moments: of the beginning, of the last question

    async def hold(self) -> None:
        """Hold it."""
        server, options = self.server, self.options
        opened = await server.asked("class_open")
        teacher, self.code = opened["teacher"], opened["code"]
        self.board = Board(server, {"teacher": teacher})
        self.students = [Student(server, {"code": self.code}) for _ in range(options.students)]
        living = [asyncio.create_task(each.live()) for each in (self.board, *self.students)]
        await server.asked("class_step", teacher=teacher, do="prompt")
        while not all(student.pen_token for student in self.students):
            await asyncio.sleep(0.1)
        trained = [
            (await server.asked("class_train", own=student.seat["own"]))["run"]
            for student in self.students[: options.trainings]
        ]
        await asyncio.to_thread(server.wait_until_warm)
        self.began = time.monotonic()
        drawing = [asyncio.create_task(student.hand_in()) for student in self.students]
        drawing += [asyncio.create_task(each.draw(options.readings)) for each in self.students]
        looking = [asyncio.create_task(self._look(trained)), asyncio.create_task(self._weigh())]
        steps = [asyncio.create_task(self._kill()), asyncio.create_task(self._flood())]
        while time.monotonic() < self.began + self.seconds:
            await self._ask(teacher)
        for task in drawing:
            task.cancel()
        await asyncio.gather(*steps)
        until = time.monotonic() + 60
        while any(student.waiting for student in self.students) and time.monotonic() < until:
            await asyncio.sleep(0.2)
        self.kept = await server.asked("class_kept", teacher=teacher, **self.flooder)
        self.runs = [await server.asked("class_run", id=run) for run in trained]
        await asyncio.sleep(30 if trained else 0)
        self.later = [await server.asked("class_run", id=run) for run in trained]
        self.memory.append((time.monotonic() - self.began, server.memory()))
        for task in (*living, *looking):
            task.cancel()
        await asyncio.gather(*living, *drawing, *looking, return_exceptions=True)

    async def _ask(self, teacher: str) -> None:
        """Put a question, and wait until the next one is due."""
        asked = await self.server.asked("class_step", teacher=teacher, do="ask")
        question = asked["question"]
        sent = self.asked[question] = []
        self.put = time.monotonic()
        within = min(WITHIN, self.options.every * 0.75)
        votes = (each.vote(question, random.uniform(0, within), sent) for each in self.students)
        await asyncio.gather(asyncio.sleep(self.options.every), *votes)

    async def _look(self, trained: Sequence[str]) -> None:
        while True:
            for run in trained:
                await self.server.asked("class_run", id=run)
            await asyncio.sleep(LOOK)

    async def _weigh(self) -> None:
        every = min(60.0, self.seconds * EARLY)
        while True:
            await asyncio.sleep(every)
            if found := await asyncio.to_thread(self.server.memory):
                passed = time.monotonic() - self.began
                self.memory.append((passed, found))
                print(f"{passed:.0f} s: {_megabytes(found)}", flush=True)

    async def _kill(self) -> None:
        """Kill one after the other, at equal distances."""
        kills = [process for what in self.options.kill for process in KILLED[what]]
        for place, what in enumerate(kills, start=1):
            due = self.began + self.seconds * place / (len(kills) + 1)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            before = self.put
            while before == self.put and time.monotonic() < self.began + self.seconds:
                await asyncio.sleep(0.1)
            await asyncio.sleep(VOTING)
            now = time.monotonic()
            await asyncio.to_thread(self.server.kill, what)
            again = f", and is there again after {time.monotonic() - now:.1f} s"
            named = again if what in ("server", "database") else ""
            print(f"{now - self.began:.0f} s: the {what} is killed{named}", flush=True)

    async def _flood(self) -> None:
        if not self.options.flood:
            return
        await asyncio.sleep(self.seconds * FLOOD_AT)
        given = await self.server.asked("class_seat", code=self.code)
        self.flooder = {"but": given["own"]}
        arguments = (self.server.url, given["token"], given["pen"], str(self.options.flood))
        began = time.monotonic()
        self.flooded = began, began + self.seconds
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.class_flood", *arguments), cwd=ROOT
        )
        status = await process.wait()
        self.flooded = began, time.monotonic()
        lasted = self.flooded[1] - began
        print(f"the flood ended after {lasted:.0f} s with status {status}", flush=True)

    def _when(self, began: float, ended: float) -> str:
        """In which part of the lesson something happened."""
        kills = self.server.kills
        if any(began - 2 < kill < ended or 0 < began - kill < AROUND for kill in kills):
            return KILLS
        return FLOOD if began < self.flooded[1] and ended > self.flooded[0] else QUIET

    def tell(self) -> None:
        """Print each bar and what was measured."""
        people, kept = self.students, self.kept
        count = f"{len(people)} students, {self.options.minutes:g} minutes"
        print(f"\n{count}, {len(self.runs)} trainings, {self.options.readings:g} readings a second")
        votes, drawn = sum(each.votes for each in people), sum(each.drawn for each in people)
        refused = sum(each.refused for each in people)
        waiting = sum(len(each.waiting) for each in people)
        lost = votes + drawn - kept["answers"] - kept["digits"] - refused
        say(
            f"{votes} votes, {drawn} drawings handed in",
            f"{lost} lost ({refused} refused, {waiting} not answered)",
            "0 lost",
        )
        stopped = [
            now["phase"] != "training" or now["epoch"] < before["epoch"]
            for before, now in zip(self.runs, self.later, strict=True)
        ]
        epochs = ", ".join(str(run["epoch"]) for run in self.later)
        say(f"{len(stopped)} trainings, at epochs {epochs}", f"{sum(stopped)} lost", "0 lost")
        read, unread = self._readings()
        for when, times in read.items():
            say(f"a reading{when}", f"{_spread(times)}, {unread[when]} not read", "p95 150 ms")
        shown, never = self._arrivals()
        for when, times in shown.items():
            say(f"a vote on the board{when}", _spread(times), "p95 500 ms")
        say("votes that the board never showed", str(never), "0")
        put_off, wordless = (sum(getattr(e, n) for e in people) for n in ("put_off", "wordless"))
        say("put off with a sentence, and sent again", f"{put_off}, {wordless} without", "0")
        self._tell_memory()
        log = (self.server.folder / "log").read_text(encoding="utf-8", errors="replace")
        say("tracebacks in the server's log", str(log.count("Traceback")))

    def _readings(self) -> tuple[dict[str, list[float]], dict[str, int]]:
        read: dict[str, list[float]] = defaultdict(list)
        unread: dict[str, int] = defaultdict(int)
        for stroke in (stroke for each in self.students for stroke in each.strokes):
            when = self._when(stroke.began, stroke.ended)
            read[when] += stroke.times
            unread[when] += stroke.unread
        return read, unread

    def _arrivals(self) -> tuple[dict[str, list[float]], int]:
        """Milliseconds of each vote until the board showed it, and how many it never showed."""
        shown: dict[str, list[float]] = defaultdict(list)
        never = 0
        for question, sent in self.asked.items():
            for count, moment in enumerate(sorted(sent), start=1):
                arrived = self.board.arrival(question, count)
                if arrived is None:
                    never += 1
                else:
                    shown[self._when(moment, arrived)].append((arrived - moment) * 1000)
        return shown, never

    def _tell_memory(self) -> None:
        early = [each for each in self.memory if each[0] > self.seconds * EARLY - 1]
        (first, before), (last, after) = early[0], self.memory[-1]
        for name in after:
            had, has = before.get(name, 0.0), after[name]
            say(f"memory of the {name}", f"{had:.0f} → {has:.0f} MB ({has - had:+.0f})")
        total, all_of_it = sum(before.values()), sum(after.values())
        say(
            f"memory of all, after {first / 60:.1f} and {last / 60:.1f} minutes",
            f"{total:.0f} → {all_of_it:.0f} MB ({all_of_it - total:+.0f})",
            "+150 MB",
        )


def _megabytes(found: dict[str, Any]) -> str:
    return ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in found.items())


def _spread(times: Sequence[float]) -> str:
    if not times:
        return "none"
    p50, p95 = np.percentile(times, [50, 95])
    return f"p50 {p50:.0f}, p95 {p95:.0f}, slowest {max(times):.0f} ms, of {len(times)}"


def main() -> None:
    """Start a server, hold the lesson, end the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--trainings", type=int, default=0)
    parser.add_argument("--every", type=float, default=20.0, help="seconds between two questions")
    parser.add_argument("--readings", type=float, default=2.0, help="a second, while one draws")
    parser.add_argument("--flood", type=int, default=0, help="random messages on each channel")
    parser.add_argument("--kill", nargs="*", choices=list(KILLED), default=[])
    options = parser.parse_args()
    if options.students + bool(options.flood) > MOST_STUDENTS:
        parser.error(f"a class has {MOST_STUDENTS} students at most, who floods it included")
    on_postgres = "database" in options.kill
    if on_postgres and find_postgres() is None:
        parser.error("--kill database needs a PostgreSQL on this machine")
    with ExitStack() as stack:
        server = Server(stack.enter_context(postgres()) if on_postgres else None)
        stack.callback(lambda: end_server(server.process, server.folder / "log"))
        lesson = Lesson(server, options)
        asyncio.run(lesson.hold())
        lesson.tell()


if __name__ == "__main__":
    main()

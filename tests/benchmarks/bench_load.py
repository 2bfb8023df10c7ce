"""A school day in five minutes: `python tests/benchmarks/bench_load.py`.

Sixty people without browsers are on one server: ten train on the Train page and start again when
their training has ended, the others draw, each every two seconds. What is counted are faults: a
page that shows an error, an answer without a digit, a connection that ended, a training that did
not end well. The memory of each process is taken before and after: before is when each page has
been opened once, because what a page imports comes with its first visitor and is no leak. What the
server has as its first page stands is printed beside it.

Then five hundred people come and go, each with a seat in a class and its channel, and it is asked
how many sessions, seats and connections the server still knows, and what its memory has kept.

Options: --people (60), --trainings (10), --seconds (300), --visits (500).

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import asyncio
import itertools
import json
import os
import secrets
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from model.classroom.lifecycle import end_class, join, open_class
from model.engine.protocol import PRELOAD
from model.runs.owner import mark_of
from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.student import Student, ink_of
from tests.benchmarks.timing import say, spread_of
from tests.browser.conftest import ROOT, end_server, start_server
from ui.components.classroom import CHANNEL
from ui.state.classroom.store import database
from ui.state.my_runs import OWNER_COOKIE
from ui.state.pages import ENTRIES

DRAW_SECONDS = 2.0  # between two drawings of one person
LOOK_SECONDS = 1.0  # between two looks at one's training: the page's own tick
AT_A_TIME = 20  # visits that are open together
SETTLE_SECONDS = 5.0  # until what a closed connection leaves is gone
KEPT_SECONDS = 130.0  # Streamlit keeps a closed session two minutes, for who comes back
ENDED = ("ended this training", "Its worker was lost several times")


@dataclass
class Tally:
    """What has happened, of all people together."""

    times: list[float] = field(default_factory=list)  # milliseconds of each answer
    looks: int = 0
    finished: int = 0  # trainings
    failures: list[str] = field(default_factory=list)


def processes(server: psutil.Process) -> dict[str, psutil.Process]:
    """The server, the engine's program, its workers, and the helper that they are forked off.

    The worker that trains is told by its niceness: at `nice -n 19` it cannot be.
    """
    named = {"server": server}
    for child in server.children():
        if PRELOAD in child.cmdline():
            named["scheduler"] = child
        for worker in child.children(recursive=True):
            if worker.memory_info().rss > 150e6:  # Python's own helpers are small
                if PRELOAD not in child.cmdline():
                    named["helper"] = child
                trains = worker.nice() > server.nice()
                named["training worker" if trains else "answering worker"] = worker
    return named


def memory(server: psutil.Process) -> dict[str, tuple[int, float]]:
    """Of each process: its number, and its megabytes."""
    return {
        name: (process.pid, process.memory_info().rss / 1e6)
        for name, process in processes(server).items()
    }


def tell_memory(before: dict[str, tuple[int, float]], after: dict[str, tuple[int, float]]) -> None:
    for name, (number, megabytes) in after.items():
        was, had = before.get(name, (0, 0.0))
        words = "" if was == number else ", another process by now"
        say(f"memory of the {name}{words}", f"{had:.0f} → {megabytes:.0f} MB", "+100 MB")


async def draws(url: str, number: int, until: float, tally: Tally) -> None:
    """One who draws."""
    student = await Student.come(url)
    place = number
    while time.monotonic() < until:
        place += 60
        began = time.monotonic()
        if "ds-digit" not in await student.draw(ink_of(place)):
            tally.failures.append(f"{number}: no answer on the page")
        tally.times.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(max(0.0, DRAW_SECONDS - (time.monotonic() - began)))
    await _leave(student, number, tally)


async def trains(url: str, number: int, until: float, tally: Tally) -> None:
    """One who trains, and begins again when the training has ended."""
    student = await Student.enter(url, "train")
    label = "Start"
    while time.monotonic() < until:
        await student.press("train", label)
        while time.monotonic() < until:
            await asyncio.sleep(LOOK_SECONDS)
            words = await student.look("train")
            tally.looks += 1
            if any(each in words for each in ENDED):
                tally.failures.append(f"{number}: {words[-300:]}")
            if "Finished." in words:
                tally.finished += 1
                break
        await student.go("train")
        label = next((each for each in student.buttons if each.startswith("Start a")), "")
        if not label:
            break
    await _leave(student, number, tally)


async def _leave(student: Student, number: int, tally: Tally) -> None:
    if student.faults:
        tally.failures.append(f"{number}: {student.faults} errors on the page")
    await student.leave()


async def day(url: str, server: psutil.Process, options: argparse.Namespace) -> None:
    first = await Student.come(url)  # waits until the engine is warm
    await first.leave()
    said = [memory(server)["server"][1]]
    for page in ENTRIES:
        await (await Student.enter(url, page)).leave()
    said.append(memory(server)["server"][1])
    say("memory of the server, first page → each opened once", "{:.0f} → {:.0f} MB".format(*said))
    while "training worker" not in processes(server):  # it becomes warm last
        await asyncio.sleep(1)
    before, tally = memory(server), Tally()
    until = time.monotonic() + options.seconds
    kinds = itertools.chain(
        itertools.repeat(trains, options.trainings),
        itertools.repeat(draws, options.people - options.trainings),
    )
    ended = await asyncio.gather(
        *(kind(url, number, until, tally) for number, kind in enumerate(kinds)),
        return_exceptions=True,
    )
    for fault in ended:
        if isinstance(fault, (ConnectionClosed, TimeoutError, KeyError)):
            tally.failures.append(repr(fault))
        elif isinstance(fault, BaseException):
            raise fault
    say(f"{options.people} people, {options.seconds:g} s: failures", str(len(tally.failures)), "0")
    for failure in tally.failures[:5]:
        print("   ", failure)
    say(f"{len(tally.times)} drawings answered", spread_of(tally.times))
    say("trainings that ended, and looks at one", f"{tally.finished}, {tally.looks}")
    await asyncio.sleep(SETTLE_SECONDS)
    tell_memory(before, memory(server))
    await asyncio.sleep(KEPT_SECONDS)
    say("memory of the server, closed sessions forgotten", f"{memory(server)['server'][1]:.0f} MB")


def known(url: str, what: str) -> int:
    """How many sessions, connections or class_seats the server knows."""
    with urllib.request.urlopen(f"{url}/{what}") as answer:
        return int(answer.read())


async def come_and_go(url: str, server: psutil.Process, visits: int) -> None:
    opened = open_class(database())  # the server's: both keep it in the same folder
    secrets_of = [secrets.token_urlsafe(32) for _ in range(AT_A_TIME)]
    for secret in secrets_of:  # a browser that was a student before is the same one again
        join(database(), opened.code, mark_of(secret))

    # What there is when the first page stands is there for good, its visitor's session too: see
    # `freeze_start_up` in `ui.frame.menu`. That visitor has no seat.
    await (await Student.enter(url)).leave()

    async def visit(secret: str) -> None:
        cookie = {"Cookie": f"{OWNER_COOKIE}={secret}"}
        student = await Student.enter(url, additional_headers=cookie)
        await student.go("draw")
        await student.draw(ink_of(3))
        token = student.data["digitscope_classroom"]["token"]
        async with connect(f"{url.replace('http', 'ws', 1)}/{CHANNEL}") as channel:
            await channel.send(json.dumps({"token": token}))
            while "me" not in json.loads(await channel.recv()).get("parts", {}):
                pass
            await channel.send(json.dumps({"do": "hand", "up": True, "n": 1}))
            while "done" not in json.loads(await channel.recv()):
                pass
        await student.leave()

    async def many(count: int) -> None:
        for _ in range(0, count, AT_A_TIME):
            await asyncio.gather(*map(visit, secrets_of))

    await many(5 * AT_A_TIME)  # what is kept once for all is no leak
    await asyncio.sleep(SETTLE_SECONDS)
    before = server.memory_info().rss / 1e6
    await many(visits)
    await asyncio.sleep(SETTLE_SECONDS)
    after = server.memory_info().rss / 1e6
    say(f"after {visits} visits: sessions", str(known(url, "sessions")), "0")
    say("connections of the class's channel", str(known(url, "connections")), "0")
    await asyncio.sleep(KEPT_SECONDS)
    last = await Student.enter(url)  # Streamlit looks which are too old when another one closes
    await last.leave()
    await asyncio.sleep(SETTLE_SECONDS)
    say("seats in the class, closed sessions forgotten", str(known(url, "class_seats")), "0")
    end_class(database(), opened.class_id)
    say("memory of the server", f"{before:.0f} → {after:.0f} MB", "+30 MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--trainings", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--visits", type=int, default=500)
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    with own_cache() as folder:
        script, log = ROOT / "tests" / "benchmarks" / "pen_app.py", folder / "log.txt"
        url, server = start_server(script, log)
        try:
            process = psutil.Process(server.pid)
            if options.seconds:
                asyncio.run(day(url, process, options))
            if options.visits:
                asyncio.run(come_and_go(url, process, options.visits))
            said = log.read_text(encoding="utf-8", errors="replace")
            say("tracebacks in the server's log", str(said.count("Traceback")), "0")
        finally:
            end_server(server, log)


if __name__ == "__main__":
    main()

"""A class on one server: `python tests/benchmarks/bench_class.py [--students 30] [--seconds 20]`.

Each student is a connection that speaks Streamlit's protocol, without a browser: thirty browsers on
this machine would measure themselves. Everybody has the Draw page open and draws: the ink arrives
at the server once a second, another picture each time, and the time is taken until the page has
answered, with prediction, filmstrip and feature maps.

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.student import Student, ink_of
from tests.benchmarks.timing import say, spread_of
from tests.browser.conftest import ROOT, start_server

EVERY = 1.0  # seconds between two updates of one student's drawing


async def lesson(students: list[Student], seconds: float) -> list[float]:
    """Everybody draws for so long; return the milliseconds of every answer."""
    times: list[float] = []
    until = time.monotonic() + seconds

    async def draws(number: int, student: Student) -> None:
        await asyncio.sleep(EVERY * number / len(students))  # people are not in step
        place = number
        while time.monotonic() < until:
            place += len(students)
            began = time.monotonic()
            text = await student.draw(ink_of(place))
            assert "ds-digit" in text, "no answer on the page"
            times.append((time.monotonic() - began) * 1000)
            await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - began)))

    await asyncio.gather(*(draws(number, student) for number, student in enumerate(students)))
    return times


def report(what: str, students: int, seconds: float, times: list[float]) -> None:
    share = len(times) / (students * seconds / EVERY)
    say(f"{what}: {len(times)} answers ({share:.0%} of those asked for)", spread_of(times))


async def visit(url: str, count: int, seconds: float) -> None:
    students = [await Student.come(url) for _ in range(count)]
    await lesson(students, 3)
    report(f"{count} students draw", count, seconds, await lesson(students, seconds))
    for student in students:
        await student.leave()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    with own_cache() as folder:
        url, server = start_server(ROOT / "app.py", folder / "log.txt")
        try:
            asyncio.run(visit(url, options.students, options.seconds))
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()

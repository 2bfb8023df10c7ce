"""A class on one server: `python tests/benchmarks/bench_class.py [--students 30] [--seconds 20]`.

Each student is a connection without a browser: thirty browsers on this machine would measure
themselves. First everybody has the Draw page open and draws: the ink arrives at the server once a
second, another picture each time, and the time is taken until the page has answered, with
prediction, filmstrip and feature maps. Then everybody has a pen at the channel and sends five, and
ten, inks a second, whether they are answered or not; one alone comes before them. The processor
time that the page's process needs for an answer is the steadier figure: other programs on the
machine hardly change it.

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil

from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.student import PenStudent, Student, ink_of, pen_frames
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


def busy_seconds(process: psutil.Process) -> float:
    """The processor time that a process has used so far, its children left out."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def visit(url: str, server: psutil.Process, count: int, seconds: float) -> None:
    students = [await Student.come(url) for _ in range(count)]
    await lesson(students, 3)
    began, before = time.monotonic(), busy_seconds(server)
    times = await lesson(students, seconds)
    busy, lasted = busy_seconds(server) - before, time.monotonic() - began
    report(f"{count} students draw", count, seconds, times)
    say(
        "processor time of the page's process",
        f"{1000 * busy / len(times):.1f} ms an answer, {busy / lasted:.0%} of a core",
    )
    for student in students:
        await student.leave()


async def visit_channel(url: str, server: psutil.Process, count: int, seconds: float) -> None:
    students = [await PenStudent.come(url) for _ in range(count)]
    frames = [pen_frames(7 * number) for number in range(count)]
    for drawing, rate, bar in ((1, 20, 15), (count, 5, 60), (count, 10, 200)):

        async def draw(lasts: float, drawing: int = drawing, rate: int = rate) -> None:
            await asyncio.gather(
                *(
                    student.draw(mine, 1 / rate, number / rate / drawing, lasts)
                    for number, (student, mine) in enumerate(
                        zip(students[:drawing], frames, strict=False)
                    )
                )
            )

        await draw(2)
        busy, began = busy_seconds(server), time.monotonic()
        await draw(seconds)
        busy, lasted = busy_seconds(server) - busy, time.monotonic() - began
        some = students[:drawing]
        times = [each for student in some for each in student.times]
        replaced = sum(student.replaced for student in some)
        lost = sum(len(student.sent) + student.faults for student in some)
        say(
            f"channel, {drawing} × {rate} a second: {len(times) / lasted:.0f} answers a second, "
            f"{replaced} replaced, {lost} lost",
            spread_of(times),
            f"p95 {bar} ms, none lost",
        )
        say(
            "  processor time of the page's process",
            f"{1000 * busy / len(times):.2f} ms a reading, {busy / lasted:.0%} of a core",
            "1.5 ms",
        )
    for student in students:
        await student.leave()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--channel", action="store_true", help="the channel alone")
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    with own_cache() as folder:
        script = ROOT / "tests" / "benchmarks" / "pen_app.py"
        url, server = start_server(script, folder / "log.txt")
        try:
            process = psutil.Process(server.pid)
            if not options.channel:
                asyncio.run(visit(url, process, options.students, options.seconds))
            asyncio.run(visit_channel(url, process, options.students, options.seconds))
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()

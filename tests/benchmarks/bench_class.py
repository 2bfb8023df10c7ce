"""A class on one server: `python tests/benchmarks/bench_class.py [--students 30] [--seconds 20]`.

Each student is a connection that speaks Streamlit's protocol, without a browser: thirty browsers on
this machine would measure themselves. Everybody has the Draw page open and draws: the ink arrives
at the server once a second, another picture each time, and the time is taken until the page has
answered, with prediction, film strip and feature maps.

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import asyncio
import base64
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from model import digits
from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.timing import say, spread_of
from tests.browser.conftest import ROOT, start_server

SIDE = 84
EVERY = 1.0  # seconds between two updates of one student's drawing
OPEN_SECONDS = 120


@dataclass
class Student:
    """One session on the Draw page."""

    socket: ClientConnection
    fragment: str = ""
    canvas: str = ""  # the id of the sheet, which Streamlit makes up

    async def run(self, message: BackMsg) -> str:
        """Send a message, wait for the end of the run that it causes, return what came as text."""
        await self.socket.send(message.SerializeToString())
        texts = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self.socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._note(answer)
                texts.append(str(answer.delta.new_element))
            elif kind == "script_finished" and answer.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
            ):  # fmt: skip
                return " ".join(texts)

    def _note(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.bidi_component.component_name == "digitscope_canvas":
            self.canvas = element.bidi_component.id
            self.fragment = message.delta.fragment_id

    async def open(self) -> None:
        """Come by the landing page to Draw and wait there until the engine is warm."""
        for page in ("", "draw"):
            message = BackMsg()
            message.rerun_script.page_name = page
            await self.run(message)
        until = time.monotonic() + OPEN_SECONDS
        while "ds-digit" not in await self.draw(ink_of(0)):
            assert time.monotonic() < until, "the page did not answer"
            await asyncio.sleep(1)

    async def draw(self, ink: str) -> str:
        """Let the sheet say what is on it, as `canvas.js` does."""
        message = BackMsg()
        message.rerun_script.page_name = "draw"
        message.rerun_script.fragment_id = self.fragment
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self.canvas
        drawing = {"ink": ink, "finished": True, "strokes": 1, "generation": 0}
        state.json_value = json.dumps({"drawing": drawing})
        return await self.run(message)


def ink_of(place: int) -> str:
    """A test digit as the sheet would send it."""
    test = digits.embedded().test
    large = np.kron(test.images[place % len(test)], np.ones((SIDE // 28, SIDE // 28), np.uint8))
    pairs = bytes(byte for grey in large.ravel().tolist() for byte in (1, grey))
    return base64.b64encode(pairs).decode("ascii")


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
    say(f"{what}: {len(times)} answers ({share:.0%} of those asked for)",
        spread_of(times))  # fmt: skip


async def visit(url: str, count: int, seconds: float) -> None:
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    protocols = ["streamlit"]
    sockets = [
        await connect(address, subprotocols=protocols, max_size=None)  # type: ignore[list-item]
        for _ in range(count)
    ]
    students = [Student(socket) for socket in sockets]
    for student in students:
        await student.open()
    await lesson(students, 3)
    report(f"{count} students draw", count, seconds, await lesson(students, seconds))
    for socket in sockets:
        await socket.close()


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

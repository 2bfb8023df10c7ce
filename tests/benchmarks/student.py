"""A student without a browser: one that speaks Streamlit's protocol, and one with a pen alone.

What it times is the server alone. A browser on the same machine would be timed along with it.
"""

import asyncio
import base64
import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from model.data import mnist
from tests.pen_messages import digit_sheet, ink_frame, opened

SIDE = 84  # cells along an edge of the sheet: see ui.canvas
OPEN_SECONDS = 120
PROTOCOL = Subprotocol("streamlit")


@dataclass
class Student:
    """One session: on the Draw page, or on Train."""

    socket: ClientConnection
    fragment: str = ""
    canvas: str = ""  # the id of the sheet, which Streamlit makes up
    buttons: dict[str, str] = field(default_factory=dict)  # ids by label, of the last whole run
    numbers: dict[str, str] = field(default_factory=dict)  # likewise of fields for a number
    data: dict[str, Any] = field(default_factory=dict)  # what our components show, by their names
    ticking: list[str] = field(default_factory=list)  # fragments that are to be run again and again
    shown: str = ""  # Streamlit's mark of the page: without it, a page runs anew as the first one
    query: str = ""  # of the page's address, as the page itself may have changed it
    faults: int = 0  # red boxes of Streamlit's: the app has met an error

    async def run(self, message: BackMsg) -> str:
        """Send a message, wait for the end of the run that it causes, return what came as text."""
        await self.socket.send(message.SerializeToString())
        texts = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self.socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "new_session" and not answer.metadata.run.fragment_ids:
                self.ticking = []  # the whole page runs: it says anew what is to tick
            elif kind == "navigation":
                self.shown = answer.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = answer.page_info_changed.query_string
            elif kind == "auto_rerun":
                self.ticking.append(answer.auto_rerun.fragment_id)
            elif kind == "stop_auto_rerun":
                stopped = set(answer.stop_auto_rerun.fragment_ids)
                self.ticking = [each for each in self.ticking if each not in stopped]
            elif kind == "delta":
                self._note(answer)
                texts.append(str(answer.delta.new_element))
            elif kind == "script_finished" and answer.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
            ):
                return " ".join(texts)

    def _note(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        component = element.bidi_component
        if component.component_name == "digitscope_canvas":
            self.canvas = component.id
            self.fragment = message.delta.fragment_id
        elif component.json:
            self.data[component.component_name] = json.loads(component.json)
        elif element.WhichOneof("type") == "button":
            self.buttons[element.button.label] = element.button.id
        elif element.WhichOneof("type") == "number_input":
            self.numbers[element.number_input.label] = element.number_input.id
        elif element.WhichOneof("type") == "exception":
            self.faults += 1

    @classmethod
    async def enter(cls, url: str, page: str = "", query: str = "", **options: Any) -> "Student":
        """Open a page by its address, and wait until it is shown; the options are `connect`'s."""
        address = url.replace("http", "ws", 1) + "/_stcore/stream"
        student = cls(await connect(address, subprotocols=[PROTOCOL], max_size=None, **options))
        await student.go(page, query)
        return student

    async def go(self, page: str, query: str = "") -> str:
        """Go to a page, and return what came as text."""
        self.buttons, self.ticking, self.query = {}, [], query
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        return await self.run(message)

    async def press(self, page: str, label: str, numbers: Mapping[str, float] = {}) -> str:
        """Press a button of the page that is open, with numbers in its fields."""
        pressed, self.buttons, self.ticking = self.buttons[label], {}, []
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = self.query
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = pressed, True
        for field_label, number in numbers.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.double_value = self.numbers[field_label], number
        return await self.run(message)

    async def look(self, page: str) -> str:
        """Let all that changes by itself run again, as the browser does."""
        texts = []
        for fragment in dict.fromkeys(self.ticking):
            if fragment not in self.ticking:  # one before has let the whole page run
                continue  # of a fragment that is gone, the server would say nothing
            message = BackMsg()
            message.rerun_script.page_name = page
            message.rerun_script.page_script_hash = self.shown
            message.rerun_script.query_string = self.query
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
            texts.append(await self.run(message))
        return " ".join(texts)

    @classmethod
    async def come(cls, url: str, log: Path | None = None) -> "Student":
        """Come by the landing page to Draw and wait there until the engine is warm.

        Args:
            url: of the server.
            log: what the server has written, quoted when the page does not answer.
        """
        student = await cls.enter(url)
        await student.go("draw")
        until = time.monotonic() + OPEN_SECONDS
        while "ds-digit" not in (words := await student.draw(ink_of(0))):
            if time.monotonic() > until:
                written = log.read_text(encoding="utf-8") if log is not None else "not known"
                raise TimeoutError(
                    f"the page did not answer; its last words: {words[-2000:]!r}; "
                    f"the server's log: {written[-4000:]}"
                )
            await asyncio.sleep(0.2)
        return student

    async def leave(self) -> None:
        """Close the connection, as a closed tab does."""
        await self.socket.close()

    async def draw(self, ink: str) -> str:
        """Let the sheet say what is on it, as `canvas.js` does."""
        message = BackMsg()
        message.rerun_script.page_name = "draw"
        message.rerun_script.fragment_id = self.fragment
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self.canvas
        drawing = {"ink": ink, "finished": True, "strokes": 1}
        state.json_value = json.dumps({"drawing": drawing})
        return await self.run(message)


STROKE = 10
"""Readings of one stroke: the pen is up at the last of them."""


@dataclass
class PenStudent:
    """One seat at the pen's channel; `times` has the milliseconds of each answer."""

    socket: ClientConnection
    sent: dict[int, float] = field(default_factory=dict)  # when, by number
    times: list[float] = field(default_factory=list)
    replaced: int = 0  # by newer ink
    faults: int = 0
    number: int = 0  # of the last ink; it grows as long as the connection lasts

    @classmethod
    async def come(cls, url: str) -> "PenStudent":
        """Take a seat (see `pen_app`) and wait there until the engine is warm."""
        with urllib.request.urlopen(f"{url}/seat") as answer:
            student = await cls.sit(url, answer.read().decode())
        until = time.monotonic() + OPEN_SECONDS
        while not await student._read_once():
            assert time.monotonic() < until, "the channel did not answer"
            await asyncio.sleep(0.1)
        return student

    @classmethod
    async def sit(cls, url: str, token: str) -> "PenStudent":
        """Take the seat of this token."""
        student = cls(await connect(url.replace("http", "ws", 1) + "/pen", max_size=None))
        await student.socket.send(json.dumps({"token": token}))
        return student

    async def _read_once(self) -> bool:
        """Whether the engine reads a digit now."""
        await self.socket.send(ink_frame(0, digit_sheet(0)))
        while True:
            raw = await self.socket.recv()
            if isinstance(raw, bytes):
                return opened(raw).header["digit"] is not None
            if json.loads(raw)["kind"] == "fault":
                return False

    async def draw(self, frames: list[bytes], every: float, first: float, seconds: float) -> None:
        """Send ink so often, whether it is answered or not, and take what comes.

        Args:
            frames: to send in turn; see `pen_frames`.
            every: seconds between two.
            first: seconds before the first: people are not in step.
            seconds: how long.
        """
        self.sent, self.times, self.replaced, self.faults = {}, [], 0, 0
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.sleep(first)
            began = due = time.monotonic()
            while time.monotonic() - began < seconds:
                self.number += 1
                frame = frames[self.number % len(frames)]
                self.sent[self.number] = time.monotonic()
                await self.socket.send(frame[:2] + self.number.to_bytes(4, "little") + frame[6:])
                due += every
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            until = time.monotonic() + 5
            while self.sent and not listening.done() and time.monotonic() < until:
                await asyncio.sleep(0.01)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)  # its connection may have ended

    async def _listen(self) -> None:
        while True:
            raw = await self.socket.recv()
            if isinstance(raw, str):
                said = json.loads(raw)
                if said["kind"] == "fault":
                    self.faults += self.sent.pop(said["n"], None) is not None
                continue
            number = opened(raw).header["n"]
            if number not in self.sent:
                continue  # read again, or of the time before
            self.times.append((time.monotonic() - self.sent[number]) * 1000)
            older = [n for n in self.sent if n <= number]
            self.replaced += len(older) - 1
            for n in older:
                del self.sent[n]

    async def leave(self) -> None:
        """Close the connection."""
        await self.socket.close()


def pen_frames(first: int, count: int = 40) -> list[bytes]:
    """Ink of strokes as it would be sent: the pen is up in each `STROKE`th frame."""
    return [ink_frame(0, digit_sheet(first + n), n % STROKE == STROKE - 1) for n in range(count)]


def ink_of(place: int) -> str:
    """A test digit as the sheet would send it."""
    test = mnist.embedded().test
    large = np.kron(test.images[place % len(test)], np.ones((SIDE // 28, SIDE // 28), np.uint8))
    pairs = bytes(byte for grey in large.ravel().tolist() for byte in (1, grey))
    return base64.b64encode(pairs).decode("ascii")

"""A student without a browser: a session that speaks Streamlit's own protocol.

What it times is the server alone. A browser on the same machine would be timed along with it.
"""

import asyncio
import base64
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from model.data import mnist

SIDE = 84  # cells along an edge of the sheet: see ui.canvas
OPEN_SECONDS = 120
PROTOCOL = Subprotocol("streamlit")


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
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
            ):
                return " ".join(texts)

    def _note(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.bidi_component.component_name == "digitscope_canvas":
            self.canvas = element.bidi_component.id
            self.fragment = message.delta.fragment_id

    @classmethod
    async def come(cls, url: str, log: Path | None = None) -> "Student":
        """Come by the landing page to Draw and wait there until the engine is warm.

        Args:
            url: of the server.
            log: what the server has written, quoted when the page does not answer.
        """
        address = url.replace("http", "ws", 1) + "/_stcore/stream"
        student = cls(await connect(address, subprotocols=[PROTOCOL], max_size=None))
        for page in ("", "draw"):
            message = BackMsg()
            message.rerun_script.page_name = page
            await student.run(message)
        until = time.monotonic() + OPEN_SECONDS
        while "ds-digit" not in (words := await student.draw(ink_of(0))):
            if time.monotonic() > until:
                written = log.read_text(encoding="utf-8") if log is not None else "not known"
                raise TimeoutError(
                    f"the page did not answer; its last words: {words[-2000:]!r}; "
                    f"the server's log: {written[-4000:]}"
                )
            await asyncio.sleep(1)
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


def ink_of(place: int) -> str:
    """A test digit as the sheet would send it."""
    test = mnist.embedded().test
    large = np.kron(test.images[place % len(test)], np.ones((SIDE // 28, SIDE // 28), np.uint8))
    pairs = bytes(byte for grey in large.ravel().tolist() for byte in (1, grey))
    return base64.b64encode(pairs).decode("ascii")

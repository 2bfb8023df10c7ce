"""What a browser sends to the pages, looked at before Streamlit opens it.

Streamlit reads what a component says as JSON and does not expect that this can fail: lists that are
nested ten thousand deep, or a number of five thousand digits, end the session's page for good. A
frame that is no message of its own it notes with a traceback. Only hand-made programs send such.
"""

import json
from typing import Any

from google.protobuf.message import DecodeError
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

STREAM = "/_stcore/stream"
"""Where the pages' own WebSocket is, below the server's path."""
DEEPEST = 20
"""Lists in lists of what a component says; ours need three."""
NO_MESSAGE = 1007
"""The code with which a connection is closed that sends what is none."""
SPOKEN = ("json_value", "json_trigger_value")
"""The fields in which a component speaks."""


def checked(raw: bytes) -> bytes:
    """Return a message as it came, with null in the place of what no component says.

    Raises:
        ValueError: it is no message.
    """
    message = BackMsg()
    try:
        message.ParseFromString(raw)
    except DecodeError as error:
        raise ValueError("no message of a page") from error
    changed = False
    for state in message.rerun_script.widget_states.widgets:
        name = state.WhichOneof("value")
        if name in SPOKEN and not _readable(getattr(state, name)):
            setattr(state, name, "null")
            changed = True
    return message.SerializeToString() if changed else raw


def _readable(text: str) -> bool:
    try:
        level: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return False
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, (list, dict))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return not level


def looked_at(scope: Scope, receive: Receive, send: Send) -> Receive:
    """Return the `receive` of a WebSocket with all messages of a page `checked`.

    A connection that sends something else is closed.
    """
    if not scope["path"].endswith(STREAM):
        return receive

    async def receive_checked() -> Message:
        message = await receive()
        if message["type"] != "websocket.receive":
            return message
        try:
            return {**message, "bytes": checked(message.get("bytes") or b"-")}
        except ValueError:
            await send({"type": "websocket.close", "code": NO_MESSAGE})
            return {"type": "websocket.disconnect", "code": NO_MESSAGE}

    return receive_checked

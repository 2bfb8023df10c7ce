"""The doors of the server: what a browser is told with every answer, and what is closed to all.

A layer around the whole app (`app.py` puts it there). It looks at requests for documents and files.
Of a WebSocket, over which the pages speak, it asks where it comes from; what is said on it is
looked at in `ui.frame.doors.incoming`.
"""

import os
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.frame.doors.incoming import looked_at
from ui.state.connections.origins import speaks_for_us
from ui.state.my_runs import OWNER_COOKIE, secret_in

CLOSED = ("/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/")
"""Streamlit's routes that tell strangers about the server, or let them drive it."""

FRAMES = "DIGITSCOPE_FRAME_ANCESTORS"
"""Names the sites that may show the app in a frame: origins with a blank between two."""
ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.\-]+(:[0-9]+)?")

OWNER_SECONDS = 400 * 24 * 60 * 60  # browsers keep no cookie longer


def frame_policy(environment: Mapping[str, str]) -> str:
    """Who may show the app in a frame: this server alone, and the sites that were named.

    Raises:
        ValueError: a name is no origin such as https://learn.school.example.
    """
    named = environment.get(FRAMES, "").split()
    for origin in named:
        if not ORIGIN.fullmatch(origin):
            raise ValueError(f"{FRAMES}: {origin!r} is no origin such as https://school.example")
    return " ".join(["frame-ancestors 'self'", *named])


class Doors:
    """Adds headers to each answer, gives a browser its secret, and refuses strangers.

    Args:
        app: what it stands around.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",  # an address names runs: no other site is told
            "Content-Security-Policy": frame_policy(os.environ),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As any app of ASGI."""
        if scope["type"] != "http":
            origins = [value for name, value in scope.get("headers", ()) if name == b"origin"]
            if all(speaks_for_us(origin.decode("latin-1")) for origin in origins):
                if scope["type"] == "websocket":
                    receive = looked_at(scope, receive, send)
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    _give_secret(scope, headers)
            await send(message)

        if any(closed in scope["path"] for closed in CLOSED):
            await PlainTextResponse("Not found", 404)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)


def _give_secret(scope: Scope, headers: MutableHeaders) -> None:
    """Give a browser that has none the secret by which its own runs can be steered.

    No script in a page can read it, and no link carries it.
    """
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        cookies = {name: each.value for name, each in SimpleCookie(sent.decode("latin-1")).items()}
    except CookieError:
        cookies = {}
    if secret_in(cookies) is None:
        secure = "; Secure" if scope["scheme"] == "https" else ""
        headers.append(
            "Set-Cookie",
            f"{OWNER_COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={OWNER_SECONDS}; "
            f"HttpOnly; SameSite=Lax{secure}",
        )

"""The document behind each address of the app: http://…/ and, by a link, http://…/draw.

Streamlit sends every address the same document, which does not say where the server is. Its script
then asks below the page's own address first, /draw/_stcore/health, and gets two errors 404 before
it asks at the right place. The document that is sent here says it. It also has words for the person
when no page comes.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from ui.state.pages import ENTRIES, below_base

DOCUMENT = Path(st.__file__).parent / "static" / "index.html"
WHERE = "<script>window.__streamlit = {BACKEND_BASE_URL: new URL('.', location.href).href}</script>"
"""The server is where the page's address ends, whatever a proxy has put in front of it."""
WAITING = Path(__file__).with_name("waiting.js")


def deep_link_routes() -> list[Route]:
    """Return a route for the app's address and for each page, all with the same document.

    Raises:
        ValueError: Streamlit's document is not as it was when this was written.
    """
    before, head, after = DOCUMENT.read_text(encoding="utf-8").partition("<head>")
    if not head:
        raise ValueError(f"{DOCUMENT} has no <head>: where would its scripts find the server?")
    waiting = WAITING.read_text(encoding="utf-8")
    document = f"{before}{head}{WHERE}<script>{waiting}</script>{after}"

    async def send(_: Request) -> HTMLResponse:
        return HTMLResponse(document, headers={"Cache-Control": "no-cache"})

    return [Route(below_base(name), send) for name in ("", *ENTRIES)]

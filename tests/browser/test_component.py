"""How the code of our own components reaches a browser: once, apart from the data."""

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.test_curves import APP, wait_for_updates  # charts that are sent twice a second

pytestmark = pytest.mark.browser
CODE = "/component/ui.components.curves/"
SOURCE = Path(__file__).parents[2] / "ui" / "components" / "curves" / "browser" / "curves.js"


def test_code_is_fetched_once_and_stands_in_no_message(
    page: Page, serve: Callable[[Path], str]
) -> None:
    asked: Counter[str] = Counter()
    frames: list[bytes] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framereceived", lambda f: frames.append(f if isinstance(f, bytes) else b""))

    page.on("request", lambda request: asked.update([urlsplit(request.url).path]))
    page.on("websocket", watch)
    page.goto(f"{serve(APP)}/?live&accuracy")
    expect(page.locator(".curves")).to_have_count(2, timeout=30_000)
    wait_for_updates(page, 4)
    files = {path.removeprefix(CODE): n for path, n in asked.items() if path.startswith(CODE)}
    assert files == dict.fromkeys(["curves.js", "curves.css", "draw.js", "numbers.js"], 1)
    assert any(b"digitscope_curves" in frame for frame in frames)  # this does look into them
    assert b"class Chart" in SOURCE.read_bytes()
    assert not any(b"class Chart" in frame for frame in frames)


def test_code_that_does_not_arrive_is_asked_for_again(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.route(f"**{CODE}curves.*", lambda route: route.abort())
    page.goto(f"{serve(APP)}/?live")
    sentence = page.get_by_text("This part of the page did not arrive.")
    expect(sentence).to_be_visible(timeout=30_000)
    wait_for_updates(page, 4)
    expect(sentence).to_have_count(1)
    page.unroute(f"**{CODE}curves.*")
    expect(page.locator(".curves")).to_be_visible(timeout=30_000)
    expect(sentence).to_have_count(0)


def test_nothing_but_the_browsers_files_is_served(page: Page, serve: Callable[[Path], str]) -> None:
    address = serve(APP)
    page.goto(address)
    expect(page.locator(".curves")).to_be_visible(timeout=30_000)

    def status(path: str) -> int:
        try:
            with urllib.request.urlopen(address + path) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert status(f"{CODE}curves.js") == 200
    for path in ("__init__.py", "../__init__.py", "%2e%2e/__init__.py", ""):
        assert status(CODE + path) >= 400, path

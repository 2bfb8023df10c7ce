"""The app in a headless Chromium, for the benchmarks that measure what a person sees."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.own_cache import own_cache
from tests.browser.conftest import ROOT, engine_is_ready, find_chromium, start_server

WARM = 180_000  # milliseconds until TensorFlow is there on a busy machine


@contextmanager
def app_on_screen() -> Iterator[tuple[Page, str] | None]:
    """Start the app and open it; give the page and the app's address, and end both afterwards.

    The engine is ready then. None where there is no Chromium: a line says so.
    """
    browser_path = find_chromium()
    if browser_path is None:
        print("no Chromium on this machine: nothing measured on the screen")
        yield None
        return
    with own_cache() as folder:
        url, server = start_server(ROOT / "app.py", folder / "log.txt")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=browser_path, args=["--no-sandbox"]
                )
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(url)
                engine_is_ready(page)
                yield page, url
                browser.close()
        finally:
            server.terminate()
            server.wait(20)


DRAW_SHEET, STAGE_SHEET = ".st-key-sheet canvas", ".stage .paper canvas"


def on_the_sheet(page: Page, x: float, y: float, sheet: str = DRAW_SHEET) -> tuple[float, float]:
    """Where on the screen a place of the drawing sheet is, given as shares of its sides."""
    box = page.locator(sheet).first.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def a_second_in_the_stroke(page: Page, seconds: float, counted: str, sheet: str) -> float:
    """How much comes a second while the pen goes round on an empty sheet, ever narrower.

    Args:
        page: the page.
        seconds: of the stroke.
        counted: in JavaScript, how much has come so far.
        sheet: the selector of its canvas.
    """
    page.mouse.move(*on_the_sheet(page, 0.5, 0.1, sheet))
    page.mouse.down()
    page.wait_for_timeout(300)
    first, began = page.evaluate(f"[{counted}, performance.now()]")
    until = time.monotonic() + seconds
    step = 0
    while time.monotonic() < until:
        step += 1
        angle, radius = step / 14, 0.4 - 0.0036 / seconds * step
        x, y = 0.5 + radius * math.sin(angle), 0.5 - radius * math.cos(angle)
        page.mouse.move(*on_the_sheet(page, x, y, sheet))
        page.wait_for_timeout(8)
    count, ended = page.evaluate(f"[{counted}, performance.now()]")
    page.mouse.up()
    return float(1000 * (count - first) / (ended - began))

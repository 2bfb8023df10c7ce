"""How fast the Draw page answers the pen: `python tests/benchmarks/bench_draw.py [--training]`.

Drives the real page with a real pointer in a headless Chromium on the same machine and prints, as
median and 95th percentile: from pointer-up to the prediction on the screen, and how often a second
the answer is renewed while the pen moves. With --training a run goes on meanwhile.
Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import math
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import ROOT, find_chromium, start_server

STROKES = 20
MOVING = 3.0  # seconds of one long stroke

# Notes the time of every pointer-up, of every new answer, and of the messages that bring them.
WATCH = """() => {
  window.ups = []; window.answers = [];
  addEventListener('pointerup', () => ups.push(performance.now()), true);
  let last = '';
  new MutationObserver(() => {
    const answer = document.querySelector('.ds-answer');
    // The maps change with every movement, also where the answer stays at 100 %.
    const maps = [...document.querySelectorAll('img[src^="data:"]')].map(i => i.src.slice(-60));
    const now = answer ? answer.innerText + maps.join() : '';
    if (now !== last) { last = now; answers.push(performance.now()); }
  }).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributeFilter: ['src'],
  });
}"""


def spread(numbers: list[float]) -> str:
    numbers = sorted(numbers)
    at = min(len(numbers) - 1, math.ceil(0.95 * len(numbers)) - 1)
    return f"median {statistics.median(numbers):6.0f} ms   p95 {numbers[at]:6.0f} ms"


def open_draw(page: Page, url: str, training: bool) -> None:
    page.goto(url)
    expect(page.get_by_text("The engine is ready")).to_be_attached(timeout=180_000)
    if training:
        page.get_by_role("link", name="Train", exact=True).click()
        page.locator(".st-key-start button").click(timeout=60_000)
        expect(page.get_by_text("is training").first).to_be_attached(timeout=180_000)
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible(timeout=60_000)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator(".st-key-sheet canvas").first.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def settled(page: Page) -> None:
    """Wait until no new answer has come for half a second."""
    page.wait_for_function(
        "answers.length && performance.now() - answers.at(-1) > 500", timeout=120_000
    )


def pen_up(page: Page) -> list[float]:
    """Milliseconds from each pointer-up to the last answer that it brings."""
    times = []
    for number in range(STROKES):
        page.get_by_role("button", name="Clear").click()
        page.wait_for_timeout(400)
        lean = 0.2 * math.sin(number)
        page.mouse.move(*at(page, 0.5 + lean, 0.15))
        page.mouse.down()
        for step in range(1, 21):
            page.mouse.move(*at(page, 0.5 + lean * (1 - step / 10), 0.15 + 0.035 * step))
            page.wait_for_timeout(12)
        before = page.evaluate("answers.length")
        page.mouse.up()
        settled(page)
        took = page.evaluate("answers.at(-1) - ups.at(-1)")
        # An answer that did not change any more was on the screen before the pen was lifted.
        times.append(took if page.evaluate("answers.length") > before else 0.0)
    return times


def in_the_stroke(page: Page) -> float:
    """New answers a second while the pen goes round."""
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(500)
    page.mouse.move(*at(page, 0.5, 0.1))
    page.mouse.down()
    page.wait_for_timeout(300)
    first, began = page.evaluate("[answers.length, performance.now()]")
    until = time.monotonic() + MOVING
    step = 0
    while time.monotonic() < until:
        step += 1
        angle, radius = step / 14, 0.4 - 0.0012 * step
        page.mouse.move(*at(page, 0.5 + radius * math.sin(angle), 0.5 - radius * math.cos(angle)))
        page.wait_for_timeout(8)
    count, ended = page.evaluate("[answers.length, performance.now()]")
    page.mouse.up()
    return 1000 * (count - first) / (ended - began)


def main() -> None:
    """Start the app, measure, end it."""
    browser_path = find_chromium()
    if browser_path is None:
        print("no Chromium on this machine: nothing measured")
        return
    training = "--training" in sys.argv[1:]
    log = Path(tempfile.mkdtemp(prefix="digitscope-bench-")) / "log.txt"
    url, server = start_server(ROOT / "app.py", log)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=browser_path, args=["--no-sandbox"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            open_draw(page, url, training)
            page.evaluate(WATCH)
            page.mouse.move(*at(page, 0.5, 0.2))  # a first 1: a mere dot would get no answer
            page.mouse.down()
            page.mouse.move(*at(page, 0.5, 0.8), steps=10)
            page.mouse.up()
            settled(page)
            load = os.getloadavg()[0]
            what = "while a training runs" if training else "no training"
            print(f"Draw, {what}, load of the machine {load:.1f}")
            print(f"  pointer-up to the last answer      {spread(pen_up(page))}")
            print(f"  answers a second while drawing     {in_the_stroke(page):6.1f}")
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()

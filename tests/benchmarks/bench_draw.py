"""How fast the Draw page answers the pen: `python tests/benchmarks/bench_draw.py`.

Drives the real page with a real pointer in a headless Chromium on the same machine and prints, as
median and 95th percentile: from pointer-up to the prediction on the screen, and how often a second
the answer is renewed while the pen moves; then the same while a training runs.
Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import math
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page, expect

from tests.benchmarks.screen import (
    DRAW_SHEET,
    WARM,
    a_second_in_the_stroke,
    app_on_screen,
    on_the_sheet,
)
from tests.benchmarks.timing import say, spread_of
from tests.browser.conftest import to_page

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


def begin_training(page: Page) -> None:
    """Start a run that is longer than everything that is measured here."""
    to_page(page, "Train")
    field = page.get_by_label("Epochs", exact=True)
    field.fill("1000")
    field.press("Enter")
    expect(page.get_by_text("1000 epochs")).to_be_visible(timeout=WARM)
    page.locator(".st-key-start button").click(timeout=WARM)
    expect(page.locator(".st-key-status .stProgress")).to_be_attached(timeout=WARM)


def open_draw(page: Page) -> None:
    to_page(page, "Draw")
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible(timeout=WARM)
    page.evaluate(WATCH)
    page.mouse.move(*on_the_sheet(page, 0.5, 0.2))  # a first 1: a mere dot gets no answer
    page.mouse.down()
    page.mouse.move(*on_the_sheet(page, 0.5, 0.8), steps=10)
    page.mouse.up()
    settled(page)


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
        page.mouse.move(*on_the_sheet(page, 0.5 + lean, 0.15))
        page.mouse.down()
        for step in range(1, 21):
            page.mouse.move(*on_the_sheet(page, 0.5 + lean * (1 - step / 10), 0.15 + 0.035 * step))
            page.wait_for_timeout(12)
        before = page.evaluate("answers.length")
        page.mouse.up()
        settled(page)
        took = page.evaluate("answers.at(-1) - ups.at(-1)")
        # An answer that did not change any more was on the screen before the pen was lifted.
        times.append(max(0.0, took) if page.evaluate("answers.length") > before else 0.0)
    return times


def in_the_stroke(page: Page) -> float:
    """New answers a second while the pen goes round."""
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(500)
    return a_second_in_the_stroke(page, MOVING, "answers.length", DRAW_SHEET)


def main() -> None:
    """Start the app, measure without and with a training, end it."""
    with app_on_screen() as app:
        if app is None:
            return
        page, _ = app
        for training, up, stroke in ((False, "median 100, p95 250", "8"), (True, "median 200", "")):
            if training:
                begin_training(page)
            open_draw(page)
            what = "while a training runs" if training else "no training"
            print(f"Draw, {what}, load of the machine {os.getloadavg()[0]:.1f}")
            say("  pointer-up to the last answer", spread_of(pen_up(page)), up)
            say("  answers a second while drawing", f"{in_the_stroke(page):.1f}", stroke)


if __name__ == "__main__":
    main()

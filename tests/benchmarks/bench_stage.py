"""How the stage keeps up with the pen, and learns: `python tests/benchmarks/bench_stage.py`.

Drives the landing page with a real pointer in a headless Chromium on the same machine and prints,
as median and 95th percentile: from pointer-up to the painted answer and maps, and how many readings
a second are painted while the pen moves; then the same while a training runs. Then how long a
training takes on the open stage against plain `model.fit`, whether the engine is ready when a first
page is painted eight seconds after the start, and the size of the stage's own code.
Option: --pairs (of trainings, 3).

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import math
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page, expect, sync_playwright

from tests.benchmarks.bench_training import plain
from tests.benchmarks.own_cache import own_cache
from tests.benchmarks.screen import (
    STAGE_SHEET,
    WARM,
    a_second_in_the_stroke,
    app_on_screen,
    on_the_sheet,
)
from tests.benchmarks.timing import say, spread_of
from tests.browser.conftest import ROOT, find_chromium, start_server

STROKES = 30
MOVING = 4.0  # seconds of one long stroke
EPOCHS = 10  # of a training on the stage: the defaults of Train
START = 8.0  # seconds from the start of the server to the first visit

# Notes every pointer-up and every painted reading.
WATCH = """() => {
  window.ups = []; window.paints = [];
  addEventListener('pointerup', () => ups.push(performance.now()), true);
  addEventListener('digitscope:painted', ({ detail }) => paints.push(detail));
}"""
AFTER_UP = "paints.find(({ inkAt }) => inkAt !== null && inkAt >= ups.at(-1))"


def opened(page: Page) -> None:
    """Wait until the digit that draws itself is read."""
    expect(page.locator(".stage[data-judgement='sure']")).to_be_visible(timeout=WARM)
    page.evaluate(WATCH)


def pen_up(page: Page) -> list[float]:
    """Milliseconds from each pointer-up to the answer and maps that it brings, painted."""
    times = []
    for number in range(STROKES):
        page.locator(".stage .clear").click()
        lean = 0.2 * math.sin(number)
        page.mouse.move(*on_the_sheet(page, 0.5 + lean, 0.15, STAGE_SHEET))
        page.mouse.down()
        for step in range(1, 21):
            x, y = 0.5 + lean * (1 - step / 10), 0.15 + 0.035 * step
            page.mouse.move(*on_the_sheet(page, x, y, STAGE_SHEET))
            page.wait_for_timeout(12)
        page.mouse.up()
        page.wait_for_function(AFTER_UP, timeout=60_000)
        times.append(page.evaluate(f"{AFTER_UP}.paintedAt - ups.at(-1)"))
    return times


def in_the_stroke(page: Page) -> float:
    """Painted readings a second while the pen goes round."""
    page.locator(".stage .clear").click()
    return a_second_in_the_stroke(page, MOVING, "paints.length", STAGE_SHEET)


def train(page: Page) -> None:
    """Press Train, and wait for the first batches."""
    page.locator(".stage .strip button.primary").click()
    expect(page.locator(".stage .strip[data-phase='training']")).to_be_visible(timeout=WARM)


def trained(page: Page) -> float:
    """Seconds of a whole training on the stage, from the button to its end."""
    began = time.monotonic()
    train(page)
    expect(page.locator(".stage .strip[data-phase='finished']")).to_be_visible(timeout=600_000)
    return time.monotonic() - began


def first_visit() -> str:
    """What the engine says when a first page is painted some seconds after the server's start."""
    browser_path = find_chromium()
    with own_cache() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        began = time.monotonic()
        url, server = start_server(ROOT / "app.py", folder / "log.txt")
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            time.sleep(max(0.0, START - (time.monotonic() - began)))
            page.goto(url)
            page.wait_for_selector(".stage", timeout=60_000)
            painted = time.monotonic() - began
            page.wait_for_selector(".stage:not([data-readings='0'])", timeout=180_000)
            return f"painted {painted:.1f} s, first reading {time.monotonic() - began:.1f} s"
        finally:
            browser.close()
            server.terminate()
            server.wait(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    code = sum(
        file.stat().st_size for file in (ROOT / "ui" / "components" / "stage" / "browser").iterdir()
    )
    say("the stage's own code", f"{code / 1000:.0f} kB", "120 kB")
    if find_chromium() is None:
        print("no Chromium on this machine: nothing measured on the screen")
        return
    say(f"first visit {START:g} s after the start", first_visit(), "engine ready when painted")
    with app_on_screen() as app:
        assert app is not None
        page, _ = app
        opened(page)
        print(f"no training, load of the machine {os.getloadavg()[0]:.1f}")
        say("  pointer-up to painted answer and maps", spread_of(pen_up(page)), "33, p95 60 ms")
        say("  painted readings a second in a stroke", f"{in_the_stroke(page):.1f}", "25")
        train(page)
        print("while a training runs")
        say("  pointer-up to painted answer and maps", spread_of(pen_up(page)), "60, p95 120 ms")
        expect(page.locator(".stage .strip[data-phase='finished']")).to_be_visible(timeout=600_000)
        plain(0, 1)  # tracing and first touches are nobody's
        ratios = []
        for seed in range(options.pairs):
            seconds, _ = plain(seed, EPOCHS)
            ratios.append(trained(page) / seconds)
        each = " ".join(f"{ratio:.2f}" for ratio in ratios)
        say(
            "training on the stage / model.fit", f"{statistics.median(ratios):.2f}   {each}", "0.80"
        )


if __name__ == "__main__":
    main()

"""A training on the open page against plain `model.fit`: `python tests/benchmarks/bench_live.py`.

The Train page is open in a browser with all its charts. In turns with it, in this process, the
plain script trains the same network on the same digits. Then a few pairs more, while a second
person draws (the time that the server takes to answer is measured without a second browser).
Options: --epochs (of each, 10), --seeds (pairs, 5), --company (pairs with the second person, 3).

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import asyncio
import os
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, Page, expect

from tests.benchmarks.bench_training import Pair, plain
from tests.benchmarks.screen import WARM, app_on_screen
from tests.benchmarks.student import Student, ink_of
from tests.benchmarks.timing import say, spread_of
from tests.browser.conftest import to_page

LONG = 900_000  # for a whole training
PAUSE = 0.5  # seconds between two updates of the second person's drawing

# Notes when the button was pressed and when the first point and the end were on the screen. The
# tiles are there again at once for a new run, so they are read for its own first batch.
TIMES = """() => {
  window.began = window.first = window.ended = 0;
  addEventListener('click', (event) => {
    if (event.target.closest('.st-key-start')) began = performance.now();
  }, true);
  new MutationObserver(() => {
    if (!began || ended) return;
    const tiles = document.querySelector('.ds-tiles')?.innerText ?? '';
    if (!first && /Batch\\s+\\d+ of/.test(tiles)) first = performance.now();
    if (first && document.body.innerText.includes('Finished.')) ended = performance.now();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def open_train(browser: Browser, url: str, epochs: int, seed: int) -> Page:
    """A person's own session, with the settings filled in: only Start is left to press."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(url)
    to_page(page, "Train")
    expect(page.get_by_text("Takes about")).to_be_visible(timeout=WARM)
    for label, value in (("Epochs", epochs), ("Seed", seed)):
        field = page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")
    expect(page.get_by_text(f"{epochs} epoch")).to_be_visible(timeout=WARM)
    page.wait_for_timeout(1000)
    return page


class SecondPerson:
    """Draws on a page of their own, in a thread of its own, while `drawing`."""

    def __init__(self, url: str) -> None:
        self.times: list[float] = []  # milliseconds from each update of the drawing to its answer
        self.drawing = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(url)))
        self._thread.start()

    async def _live(self, url: str) -> None:
        student, place = await Student.come(url), 0
        while not self._over.is_set():
            await asyncio.sleep(PAUSE)
            if self.drawing.is_set():
                began, place = time.monotonic(), place + 1
                assert "ds-digit" in await student.draw(ink_of(place))
                self.times.append((time.monotonic() - began) * 1000)
        await student.leave()

    def leave(self) -> None:
        self._over.set()
        self._thread.join()


def live(page: Page, other: SecondPerson | None) -> tuple[Pair, float]:
    """Train; return (seconds, validation accuracy), and seconds to the first point."""
    page.evaluate(TIMES)
    if other is not None:
        other.drawing.set()
    page.locator(".st-key-start button").click()
    page.wait_for_function("ended", timeout=LONG, polling=500)
    if other is not None:
        other.drawing.clear()
    seconds, first = page.evaluate("[(ended - began) / 1000, (first - began) / 1000]")
    tile = page.locator(".ds-tiles > div").filter(has_text="Validation accuracy").locator("b")
    return (seconds, float(tile.inner_text().rstrip("%")) / 100), first


def compare(
    browser: Browser, url: str, seeds: range, epochs: int, other: SecondPerson | None = None
) -> None:
    """Train in turns as the plain script and on the page, and print how both did."""
    what = "live page" if other is None else "live page, another draws"
    fits, runs, firsts = [], [], []
    for seed in seeds:
        fits.append(plain(seed, epochs))
        page = open_train(browser, url, epochs, seed)
        run, first = live(page, other)
        page.context.close()
        runs.append(run)
        firsts.append(first)
    ratios = [run[0] / fit[0] for run, fit in zip(runs, fits, strict=True)]
    each = " ".join(f"{ratio:.2f}" for ratio in ratios)
    say(f"{what} / model.fit, wall time", f"{statistics.median(ratios):.2f}   {each}", "0.90")
    for name, times in (("model.fit", fits), (what, runs)):
        shares = [accuracy for _, accuracy in times]
        each = " ".join(f"{share:.3f}" for share in shares)
        say(f"{name}: validation accuracy", f"{statistics.mean(shares):.3f}   {each}")
    say("start → first point", f"{statistics.median(firsts):.2f} s", "2 s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--company", type=int, default=3)
    options = parser.parse_args()
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    with app_on_screen() as app:
        if app is None:
            return
        visitor, url = app
        browser = visitor.context.browser
        assert browser is not None
        visitor.close()
        plain(0, 1)  # tracing and first touches are nobody's
        compare(browser, url, range(options.seeds), options.epochs)
        other = SecondPerson(url)
        further = range(options.seeds, options.seeds + options.company)
        compare(browser, url, further, options.epochs, other)
        other.leave()
        what = f"another person's drawing → answered meanwhile ({len(other.times)})"
        say(what, spread_of(other.times), "p95 250 ms")
    say("load average after", f"{os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

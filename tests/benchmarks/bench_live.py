"""A training on the open page against plain `model.fit`: `python tests/benchmarks/bench_live.py`.

The Train page is open in a browser with all its charts, and a second person looks at test digits
on the Draw page meanwhile. In turns with it, in this process, the plain script trains the same
network on the same digits. Options: --epochs (of each, 10), --seeds (pairs, 5).

Prints figures and asserts nothing: they depend on the machine and on what else it does.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.benchmarks.bench_draw import WATCH, open_draw
from tests.benchmarks.bench_training import Pair, plain
from tests.benchmarks.timing import say
from tests.browser.conftest import ROOT, find_chromium, start_server

WARM = 180_000  # milliseconds until the engine is there on a busy machine
LONG = 900_000  # for a whole training
PAUSE = 0.7  # seconds between two clicks of the second person

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
    page.get_by_role("link", name="Train", exact=True).click(timeout=WARM)
    expect(page.get_by_text("Takes about")).to_be_visible(timeout=WARM)
    for label, value in (("Epochs", epochs), ("Seed", seed)):
        field = page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")
    expect(page.get_by_text(f"{epochs} epoch")).to_be_visible(timeout=WARM)
    page.wait_for_timeout(1000)
    return page


def live(page: Page, other: Page) -> tuple[Pair, float, list[float]]:
    """Train; return (seconds, validation accuracy), seconds to the first point, and the times, in
    milliseconds, of the second person's page from click to new answer."""
    page.evaluate(TIMES)
    page.locator(".st-key-start button").click()
    reruns = []
    until = time.monotonic() + LONG / 1000
    while not page.evaluate("ended"):
        assert time.monotonic() < until
        seen = other.evaluate("answers.length")
        clicked = other.evaluate("performance.now()")
        other.get_by_role("button", name="Surprise me").click()
        other.wait_for_function(f"answers.length > {seen}", timeout=WARM)
        reruns.append(other.evaluate(f"answers[{seen}] - {clicked}"))
        time.sleep(PAUSE)
    seconds, first = page.evaluate("[(ended - began) / 1000, (first - began) / 1000]")
    tile = page.locator(".ds-tiles > div").filter(has_text="Validation accuracy").locator("b")
    return (seconds, float(tile.inner_text().rstrip("%")) / 100), first, reruns


def report(fits: list[Pair], runs: list[Pair], firsts: list[float], reruns: list[float]) -> None:
    ratios = [run[0] / fit[0] for run, fit in zip(runs, fits, strict=True)]
    each = " ".join(f"{ratio:.2f}" for ratio in ratios)
    say("live page / model.fit, wall time (bar: 0.90)", f"{statistics.median(ratios):.2f}   {each}")
    for name, times in (("model.fit", fits), ("live page", runs)):
        shares = [accuracy for _, accuracy in times]
        each = " ".join(f"{share:.3f}" for share in shares)
        say(f"{name}: validation accuracy", f"{statistics.mean(shares):.3f}   {each}")
    say("start → first point (bar: 2 s)", f"{statistics.median(firsts):.2f} s")
    reruns.sort()
    middle, high = statistics.median(reruns), reruns[int(0.95 * len(reruns))]
    what = f"another person's click → new answer meanwhile, {len(reruns)} (bar: p95 250)"
    say(what, f"median {middle:.0f} ms   p95 {high:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium on this machine: nothing measured")
        return
    say("load average before", f"{os.getloadavg()[0]:.1f}")
    plain(0, 1)  # tracing and first touches are nobody's
    with tempfile.TemporaryDirectory() as folder:  # runs of a benchmark are nobody's
        os.environ["DIGITSCOPE_CACHE"] = folder
        url, server = start_server(ROOT / "app.py", Path(folder) / "log.txt")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox"]
                )
                other = browser.new_page(viewport={"width": 1280, "height": 900})
                open_draw(other, url, training=False)
                other.locator(".st-key-source").get_by_text("Test digits", exact=True).click()
                other.get_by_role("button", name="Surprise me").click()
                expect(other.locator(".ds-digit")).to_be_visible(timeout=WARM)
                other.evaluate(WATCH)
                fits, runs, firsts, reruns = [], [], [], []
                for seed in range(options.seeds):
                    fits.append(plain(seed, options.epochs))
                    page = open_train(browser, url, options.epochs, seed)
                    run, first, times = live(page, other)
                    page.context.close()
                    runs.append(run)
                    firsts.append(first)
                    reruns += times
                report(fits, runs, firsts, reruns)
                browser.close()
        finally:
            server.terminate()
            server.wait(20)
    say("load average after", f"{os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

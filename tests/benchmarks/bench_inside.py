"""What looking inside costs: `python tests/benchmarks/bench_inside.py [address]`.

Prints figures and asserts nothing: they depend on the machine and on what else it does. With the
address of a running app, also what a browser sees.

Bars: all activations of all layers in one call of the engine, at most 30 ms there and back; a page
of 64 maps from digit to painted within 250 ms, its message under 150 kB; at least 4 full updates of
the network view a second.
"""

import json
import os
import shutil
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from model.activations import forward_pass  # noqa: E402
from model.dead import firing  # noqa: E402
from model.digits import embedded  # noqa: E402
from model.engine import engine  # noqa: E402
from model.ordering import Order, channels_in_order  # noqa: E402
from model.preprocess import from_ink  # noqa: E402
from model.pretrained import shipped  # noqa: E402
from tests.benchmarks.timing import say, spread  # noqa: E402
from ui.maps import encoded  # noqa: E402
from ui.overview import columns  # noqa: E402
from ui.save import as_csv  # noqa: E402


def without_a_browser() -> None:
    network, test = shipped(), embedded().test
    digit = test.inputs()[0]
    here = engine()
    here.start()
    here.within(300).run(forward_pass, network, digit)
    there_and_back = spread(lambda: here.run(forward_pass, network, digit))
    say("all layers, before and after ReLU, engine and back", there_and_back)
    inside = here.run(forward_pass, network, digit)
    ink = np.kron(digit, np.ones((3, 3), np.float32))
    say("the drawing to a digit", spread(lambda: from_ink(ink)))
    say("the network view's columns", spread(lambda: columns(inside)))

    def update() -> object:
        return columns(here.run(forward_pass, network, from_ink(ink).digits[0].digit))

    say("together: a full update of the network view, server side", spread(update))
    say("its message", f"{len(json.dumps(columns(inside))) / 1000:.0f} kB")
    for output in inside.maps:
        size = len(json.dumps(encoded(output.after, None))) / 1000
        say(f"the maps of {output.layer.name}, message", f"{size:.0f} kB")
    many = np.random.default_rng(0).normal(size=(26, 26, 64)).astype(np.float32)
    say("64 maps of 26×26, message", f"{len(json.dumps(encoded(many, None))) / 1000:.0f} kB")
    maps = inside.maps[2].after
    say("64 maps by similarity", spread(lambda: channels_in_order(maps, Order.SIMILARITY)))
    say("64 maps of 11×11 as CSV", spread(lambda: as_csv(maps), 20))
    dead = spread(lambda: here.run(firing, network, test.images), 5)
    say("dead filters over 500 test digits, engine and back", dead)
    here.close()


PRESS_TO_PAINTED = """([canvas, button]) => new Promise((done) => {
    const before = canvas.toDataURL()
    const start = performance.now()
    const look = () => canvas.toDataURL() === before
        ? requestAnimationFrame(look)
        : requestAnimationFrame(() => done(performance.now() - start))
    button.click()
    look()
})"""


def in_a_browser(address: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.get_by_text("The engine is ready.").wait_for(timeout=300_000)
        page.goto(f"{address}/feature_maps?layer=conv2&channel=0")
        cells = page.locator("[class*='st-key-maps_conv2'] .cell canvas")
        cells.nth(63).wait_for(timeout=60_000)
        page.get_by_text("Pick a test digit instead").click()
        surprise = page.locator(".st-key-inside_surprise button").element_handle()
        canvas = cells.nth(0).element_handle()
        times = []
        for _ in range(15):
            page.wait_for_timeout(1000)
            times.append(page.evaluate(PRESS_TO_PAINTED, [canvas, surprise]))
        say("64 maps, digit to painted", f"median {statistics.median(times[2:]):.0f} ms")

        page.goto(f"{address}/network_view")
        image = page.locator(".column[data-layer='conv1'] .sheet img").first
        image.wait_for(timeout=60_000)
        image.evaluate(
            """(image) => {
                window.changes = 0
                new MutationObserver((all) => (window.changes += all.length))
                    .observe(image, { attributes: true, attributeFilter: ["src"] })
            }"""
        )
        box = page.locator(".st-key-sheet canvas").first.bounding_box()
        x, y, side = box["x"], box["y"], box["width"]
        page.mouse.move(x + side / 2, y + side * 0.15)
        page.mouse.down()
        began = time.perf_counter()
        for step in range(100):
            turn = 2 * np.pi * step / 100
            page.mouse.move(
                x + side * (0.5 + 0.3 * np.sin(turn)), y + side * (0.5 - 0.35 * np.cos(turn))
            )
            page.wait_for_timeout(40)
        seconds = time.perf_counter() - began
        changes = page.evaluate("window.changes")
        page.mouse.up()
        say("the network view under the pen", f"{changes / seconds:.1f} full updates a second")
        browser.close()


if __name__ == "__main__":
    print(f"load: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if len(sys.argv) > 1:
        in_a_browser(sys.argv[1].rstrip("/"))
    else:
        without_a_browser()

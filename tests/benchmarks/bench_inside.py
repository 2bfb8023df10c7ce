"""What looking inside costs: `python tests/benchmarks/bench_inside.py`.

Prints figures beside their bars and asserts nothing: they depend on the machine and on what else it
does. First what the engine needs, then what a person waits for in a headless Chromium on the same
machine, then how well the arithmetic page's totals are those of Keras.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "model")]

import numpy as np  # noqa: E402
from playwright.sync_api import Page, WebSocket  # noqa: E402

from model.data.mnist import Selection, embedded  # noqa: E402
from model.engine import engine  # noqa: E402
from model.interpretability.ablation import Ablation, for_unseen  # noqa: E402
from model.interpretability.activation_maximization import STEPS, ascend, start_ascent  # noqa: E402
from model.interpretability.channel_order import Order, channels_in_order  # noqa: E402
from model.interpretability.dead_filters import firing  # noqa: E402
from model.interpretability.top_patches import best_patches  # noqa: E402
from model.network.activations import ForwardPass, forward_pass  # noqa: E402
from model.network.shipped import shipped  # noqa: E402
from model.preprocessing.pipeline import from_ink  # noqa: E402
from tests.benchmarks.screen import app_on_screen, on_the_sheet  # noqa: E402
from tests.benchmarks.timing import say, spread, spread_of  # noqa: E402
from ui.components.maps import encoded  # noqa: E402
from ui.components.overview import message  # noqa: E402
from ui.frame.save_menu import as_csv  # noqa: E402
from ui.inside.filters import SLICE  # noqa: E402
from ui.inside.network_columns import columns  # noqa: E402

PAINTED, MESSAGE, UPDATES = "250 ms", "150 kB", "4"
TEST = Selection(part="test")
CLIMB, FIRST, OFF = "3 s", "0.5 s", "2 s"


def sent(inside: ForwardPass) -> list[dict[str, Any]]:
    """The columns of the network view as the browser gets them."""
    return [message(column) for column in columns(inside)]


def in_the_engine() -> None:
    """What the engine and the pages' process need."""
    network, test = shipped(), embedded().test
    digit = test.inputs()[0]
    here = engine()
    here.start()
    here.within(300).run(forward_pass, network, digit)
    there_and_back = spread(lambda: here.run(forward_pass, network, digit))
    say("all layers, before and after ReLU, engine and back", there_and_back, "30 ms")
    inside = here.run(forward_pass, network, digit)
    ink = np.kron(digit, np.ones((3, 3), np.float32))
    say("the drawing to a digit", spread(lambda: from_ink(ink)))
    say("the network view's columns", spread(lambda: sent(inside)))

    def update() -> object:
        return sent(here.run(forward_pass, network, from_ink(ink).digits[0].digit))

    say("together: a full update of the network view", spread(update))
    say("its message", f"{len(json.dumps(sent(inside))) / 1000:.0f} kB", MESSAGE)
    many = np.random.default_rng(0).normal(size=(26, 26, 64)).astype(np.float32)
    largest = len(json.dumps(encoded(many, None))) / 1000
    say("64 maps of 26×26, message", f"{largest:.0f} kB", MESSAGE)
    maps = inside.maps[2].after
    say("64 maps by similarity", spread(lambda: channels_in_order(maps, Order.SIMILARITY)))
    say("64 maps of 11×11 as CSV", spread(lambda: as_csv(maps), 20))
    say("dead filters, 500 digits", spread(lambda: here.run(firing, network, TEST), 5))
    say("best patches, 500 digits", spread(lambda: here.run(best_patches, network, TEST), 5))
    change = Ablation((("conv1", 3),))
    say("a filter off, 1,000 digits", spread(lambda: here.run(for_unseen, network, change), 5), OFF)
    here.submit(forward_pass, network, digit).result()  # the training worker comes last
    for name in ("conv1", "conv2", "conv3"):
        first, whole = ascent(name)
        say(f"gradient ascent in {name}: first picture", f"{first:.2f} s", FIRST)
        say(f"gradient ascent in {name}: all {STEPS} steps", f"{whole:.2f} s", CLIMB)
    here.close()


def ascent(name: str) -> tuple[float, float]:
    """Seconds to the first picture and to the last, slice by slice as the page does it."""
    began, first = time.perf_counter(), 0.0
    state = start_ascent(shipped(), name, 0)
    while not state.done:
        state = engine().submit(ascend, shipped(), state, SLICE).result()
        first = first or time.perf_counter() - began
    return first, time.perf_counter() - began


# Presses a button and waits until what is looked at changes; the milliseconds between, to the next
# frame after it.
PRESS_UNTIL = """([button, element, look_at]) => new Promise((done) => {
    const seen = new Function("element", `return ${look_at}`);
    const before = seen(element);
    const start = performance.now();
    const look = () => seen(element) === before
        ? requestAnimationFrame(look)
        : requestAnimationFrame(() => done(performance.now() - start));
    button.click();
    look();
})"""


def on_the_screen(page: Page, url: str) -> None:
    """What a person waits for."""
    sizes: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sizes.append(len(frame)))

    page.on("websocket", listen)
    page.goto(f"{url}/feature_maps?layer=conv2&channel=0")
    maps = page.locator("[class*='st-key-maps_conv2'] .cell canvas")
    maps.nth(63).wait_for(timeout=60_000)
    page.get_by_role("button", name="Test digits").click()
    button = page.locator(".st-key-inside_surprise button").element_handle()
    painted = [button, maps.first.element_handle(), "element.toDataURL()"]
    times = []
    for _ in range(20):
        page.wait_for_timeout(1000)
        times.append(page.evaluate(PRESS_UNTIL, painted))
    say("64 maps, from digit to painted", spread_of(times[2:]), PAINTED)
    say("the largest message of that page", f"{max(sizes) / 1000:.0f} kB", MESSAGE)

    page.goto(f"{url}/network_view")
    say("full updates a second under the pen", f"{updates_a_second(page):.1f}", UPDATES)

    page.goto(f"{url}/filters?layer=conv3&channel=0")
    page.get_by_text("What excites it most in real digits").wait_for(timeout=60_000)
    first, whole = [], []
    for number in (3, 5, 7, 9, 11):
        cells = page.locator("[class*='st-key-filters_conv3'] .cell")
        cells.nth(number).click()
        page.get_by_role("heading", name=f"conv3, filter {number}").wait_for(timeout=60_000)
        page.wait_for_timeout(1000)
        button = page.get_by_role("button", name="Find it").element_handle()
        began = time.perf_counter()
        shown = [button, None, f"document.body.textContent.includes('of {STEPS}: the sum')"]
        first.append(page.evaluate(PRESS_UNTIL, shown))
        page.get_by_text(f"Step {STEPS} of {STEPS}").wait_for(timeout=60_000)
        whole.append((time.perf_counter() - began) * 1000)
    say("gradient ascent in conv3: first picture", spread_of(first), FIRST)
    say(f"gradient ascent in conv3: all {STEPS} steps", spread_of(whole), CLIMB)

    page.goto(f"{url}/what_if?layer=conv1")
    page.get_by_text("Read them before and after the change").click(timeout=60_000)
    page.get_by_text("Of 100 digits of each kind.").wait_for(timeout=60_000)
    cells = page.locator("[class*='st-key-what_if_filters_conv1'] .cell")
    off = []
    for number in (2, 3, 4, 6, 7):
        page.wait_for_timeout(1000)
        began = time.perf_counter()
        cells.nth(number).click()
        page.get_by_text(f"filter {number} of conv1 is off").wait_for(timeout=60_000)
        page.locator("[data-test-script-state='notRunning']").wait_for(timeout=60_000)
        off.append((time.perf_counter() - began) * 1000)
    say("a filter off: click to the figures of 1,000 digits", spread_of(off), OFF)


def updates_a_second(page: Page) -> float:
    """How often the first layer's maps change while the pen goes round for some seconds."""
    image = page.locator(".column[data-layer='conv1'] .sheet img").first
    image.wait_for(timeout=60_000)
    image.evaluate(
        """(image) => {
            window.changes = 0
            new MutationObserver((all) => (window.changes += all.length))
                .observe(image, { attributes: true, attributeFilter: ["src"] })
        }"""
    )
    page.mouse.move(*on_the_sheet(page, 0.5, 0.15))
    page.mouse.down()
    began = time.perf_counter()
    for step in range(100):
        turn = 2 * np.pi * step / 100
        x, y = 0.5 + 0.3 * np.sin(turn), 0.5 - 0.35 * np.cos(turn)
        page.mouse.move(*on_the_sheet(page, x, y))
        page.wait_for_timeout(40)
    seconds = time.perf_counter() - began
    changes: int = page.evaluate("window.changes")
    page.mouse.up()
    return changes / seconds


def against_keras() -> None:
    """How well 200 random totals are those of Keras; it loads Keras, so it comes last."""
    from tests.networks import held_against_keras, relative

    shares = [relative(check) for _, _, check in held_against_keras()]
    within = sum(share <= 1e-5 for share in shares)
    figure = f"{within} of {len(shares)} within 1e-5, the largest {max(shares):.0e}"
    say("random (network, digit, layer, channel, pixel) against Keras", figure, "1e-5")


if __name__ == "__main__":
    print(f"load: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    in_the_engine()
    with app_on_screen() as app:
        if app is not None:
            print(f"load: {os.getloadavg()[0]:.1f}")
            on_the_screen(*app)
    against_keras()

"""The live chart in a browser: while it grows it keeps its zoom, its choices and its canvas."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.browser.pen import Fingers, painted

pytestmark = pytest.mark.browser
APP = Path(__file__).with_name("curves_app.py")
COUNT_LONG_TASKS = """
    window.longTasks = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.longTasks.push(entry.duration);
    }).observe({type: "longtask"});
"""


@pytest.fixture
def chart(page: Page, serve: Callable[[Path], str], silent: None) -> Callable[[str], Locator]:
    def open_chart(query: str) -> Locator:
        page.goto(f"{serve(APP)}/?{query}")
        chart = page.locator(".st-key-loss .curves")
        expect(chart.locator(".over")).to_have_attribute(
            "aria-label", re.compile("Loss, line"), timeout=30_000
        )
        painted(page)
        return chart

    return open_chart


def wait_for_updates(page: Page, count: int) -> None:
    caption = page.get_by_text(re.compile(r"^Update \d+$"))
    now = int(caption.inner_text().split()[1])
    page.wait_for_function(
        """(n) => [...document.querySelectorAll("p")].some(
            (p) => /^Update \\d+$/.test(p.textContent) && +p.textContent.split(" ")[1] >= n)""",
        arg=now + count,
    )
    painted(page)


def pixels(chart: Locator, canvas: str = ".base") -> np.ndarray:
    url = chart.locator(canvas).evaluate("(canvas) => canvas.toDataURL()")
    picture = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    return np.asarray(picture.convert("RGBA"))


def drag(page: Page, chart: Locator, start: float, end: float) -> None:
    box = chart.locator(".over").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y)
    page.mouse.move(box["x"] + box["width"] * end, y)
    page.mouse.up()
    painted(page)


def x_by_keys(page: Page, chart: Locator, *keys: str) -> float:
    chart.locator(".over").focus()
    for key in keys:
        page.keyboard.press(key)
    painted(page)
    heading = chart.locator(".tip b").inner_text()
    return float(heading.removeprefix("Epoch "))


def test_live_updates_keep_canvas_zoom_hidden_lines_and_focus(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    loss = chart("live")
    drag(page, loss, 0.4, 0.7)
    validation = loss.get_by_role("button", name="Validation")
    validation.click()
    page.mouse.move(5, 5)
    loss.locator(".base").evaluate("(canvas) => { window.firstCanvas = canvas; }")
    painted(page)
    before, words = pixels(loss), loss.locator(".over").get_attribute("aria-label")
    wait_for_updates(page, 4)
    assert loss.locator(".base").evaluate("(canvas) => canvas === window.firstCanvas")
    assert loss.locator(".over").get_attribute("aria-label") != words  # new points did come
    expect(loss.get_by_role("button", name="Reset zoom")).to_be_visible()
    expect(validation).to_have_attribute("aria-pressed", "false")
    assert validation.evaluate("(b) => b.getRootNode().activeElement === b")
    np.testing.assert_array_equal(pixels(loss), before)  # zoomed into epochs that are over
    loss.get_by_role("button", name="Reset zoom").click()
    painted(page)
    expect(loss.get_by_role("button", name="Reset zoom")).to_be_hidden()
    assert not np.array_equal(pixels(loss), before)


def test_the_canvas_is_never_blank_while_points_come(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    loss = chart("live")
    frames = loss.locator(".base").evaluate(
        """async (canvas) => {
            const ink = [];
            const update = () => Number(/Update (\\d+)/.exec(document.body.textContent)[1]);
            const until = update() + 4;
            while (update() < until) {
                await new Promise(requestAnimationFrame);
                const { data } = canvas.getContext("2d").getImageData(
                    0, 0, canvas.width, canvas.height);
                let inked = 0;
                for (let i = 3; i < data.length; i += 4) inked += data[i] > 0;
                ink.push(inked / (data.length / 4));
            }
            return ink;
        }"""
    )
    assert len(frames) > 20
    assert min(frames) > 0.02
    assert min(frames) > 0.7 * max(frames)


def test_live_updates_are_small_and_leave_the_page_responsive(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    received: list[int] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", watch)
    page.add_init_script(COUNT_LONG_TASKS)
    chart("live&accuracy")
    wait_for_updates(page, 2)
    received.clear()
    page.evaluate("() => { window.longTasks = []; }")
    wait_for_updates(page, 10)
    tasks = page.evaluate("() => window.longTasks")
    largest = max(received)
    print(f"\n10 updates of two charts: long tasks {[round(t) for t in tasks]} ms, ")
    print(f"largest message {largest / 1000:.1f} kB, all {sum(received) / 10_000:.1f} kB an update")
    assert (
        max(tasks, default=0) < 500
    )  # ms; a busy machine stretches each, none may freeze the page
    assert largest < 20_000  # the points of one chart


def test_a_chart_that_is_shown_anew_asks_for_what_it_lacks(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    loss = chart("live&remount")
    wait_for_updates(page, 2)  # increments now
    assert x_by_keys(page, loss, "Home") == pytest.approx(1 / 141, abs=0.001)
    page.get_by_text("Show the chart").click()
    expect(loss).to_have_count(0)
    page.get_by_text("Show the chart").click()
    expect(loss.locator(".over")).to_have_attribute(
        "aria-label", re.compile("Last values: Training, batches"), timeout=30_000
    )
    wait_for_updates(page, 2)
    assert x_by_keys(page, loss, "Home") == pytest.approx(1 / 141, abs=0.001)
    expect(loss.locator(".over")).to_have_attribute("aria-label", re.compile("; Training .*; Val"))


def test_hover_shows_exact_values(page: Page, chart: Callable[[str], Locator]) -> None:
    loss = chart("batches=1410")
    box = loss.locator(".over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 15, box["y"] + 60)
    tip = loss.locator(".tip")
    expect(tip).to_be_visible()
    training = 2.1 * np.exp(-10 / 1.7) + 0.05
    expect(tip).to_contain_text("Epoch 10")
    expect(tip).to_contain_text(f"Training{training:.6f}")
    expect(tip).to_contain_text(f"Validation{training + 0.1:.5f}")
    page.mouse.move(box["x"] + 5, box["y"] - 80)
    expect(tip).to_be_hidden()


def test_keys_walk_along_the_points_and_say_them(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    loss = chart("batches=282")
    assert x_by_keys(page, loss, "Home") == pytest.approx(1 / 141, abs=5e-4)
    assert x_by_keys(page, loss, "ArrowRight") == pytest.approx(2 / 141, abs=5e-4)
    assert x_by_keys(page, loss, "End") == 2
    assert x_by_keys(page, loss, "ArrowLeft") == pytest.approx(281 / 141, abs=5e-3)
    assert "Epoch 1.99: Training, batches" in loss.locator(".status").inner_text()
    page.keyboard.press("Escape")
    expect(loss.locator(".tip")).to_be_hidden()


def test_every_way_to_zoom_and_back(page: Page, chart: Callable[[str], Locator]) -> None:
    loss = chart("batches=1410")
    whole = pixels(loss)
    reset = loss.get_by_role("button", name="Reset zoom")
    over = loss.locator(".over")
    box = over.bounding_box()
    assert box

    drag(page, loss, 0.3, 0.5)
    expect(reset).to_be_visible()
    over.dblclick()
    expect(reset).to_be_hidden()

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    page.mouse.wheel(0, -100)
    painted(page)
    expect(reset).to_be_hidden()  # the plain wheel belongs to the page
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(reset).to_be_visible()
    reset.click()
    expect(reset).to_be_hidden()

    over.focus()
    page.keyboard.press("+")
    expect(reset).to_be_visible()
    page.keyboard.press("0")
    expect(reset).to_be_hidden()
    painted(page)
    np.testing.assert_array_equal(pixels(loss), whole)


def test_two_fingers_zoom(page: Page, chart: Callable[[str], Locator]) -> None:
    loss = chart("batches=1410")
    box = loss.locator(".over").bounding_box()
    assert box
    y, middle = box["y"] + 100, box["x"] + box["width"] / 2
    fingers = Fingers(page)
    fingers.down((middle - 20, y))
    expect(loss.locator(".tip")).to_be_visible()
    fingers.down((middle - 20, y), (middle + 20, y))
    for reach in (40, 80, 120):
        fingers.move((middle - reach, y), (middle + reach, y))
    fingers.up()
    expect(loss.get_by_role("button", name="Reset zoom")).to_be_visible()


def test_the_legend_hides_lines_by_click_and_key(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    loss = chart("batches=1410")
    with_all = pixels(loss)
    batches = loss.get_by_role("button", name="Training, batches")
    batches.click()
    expect(batches).to_have_attribute("aria-pressed", "false")
    painted(page)
    assert not np.array_equal(pixels(loss), with_all)
    batches.focus()
    page.keyboard.press("Enter")
    expect(batches).to_have_attribute("aria-pressed", "true")
    page.mouse.move(5, 5)
    painted(page)
    np.testing.assert_array_equal(pixels(loss), with_all)


def test_the_log_switch_changes_the_axis_and_keeps_zoom(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    loss = chart("batches=1410")
    drag(page, loss, 0.2, 0.9)
    linear = pixels(loss)
    page.get_by_text("Logarithmic").click()
    wait_for_text(page, "Update 1")
    assert not np.array_equal(pixels(loss), linear)
    expect(loss.get_by_role("button", name="Reset zoom")).to_be_visible()


def wait_for_text(page: Page, text: str) -> None:
    expect(page.get_by_text(text, exact=True)).to_be_visible()
    painted(page)


@pytest.mark.parametrize("query", ["diverged", "batches=1", "batches=0", "batches=20000"])
@pytest.mark.parametrize("log", [False, True])
def test_odd_lines_are_drawn(
    page: Page, chart: Callable[[str], Locator], query: str, log: bool
) -> None:
    loss = chart(query)
    if log:
        page.get_by_text("Logarithmic").click()
        wait_for_text(page, "Update 1")
    assert (pixels(loss)[..., 3] > 0).mean() > 0.01
    words = loss.locator(".over").get_attribute("aria-label") or ""
    assert ("not a number" in words) == (query == "diverged")
    assert ("Nothing yet: press Start" in words) == (query == "batches=0")
    assert "undefined" not in words


def test_the_saved_picture_has_title_background_and_lines(
    page: Page, chart: Callable[[str], Locator]
) -> None:
    loss = chart("batches=1410")
    with page.expect_download() as download:
        loss.get_by_role("button", name="Save PNG").click()
    assert download.value.suggested_filename == "loss.png"
    picture = Image.open(download.value.path()).convert("RGB")
    shown = loss.locator(".over").bounding_box()
    assert shown
    assert picture.width == pytest.approx(2 * (shown["width"] + 24), abs=2)
    assert picture.height > 2 * (shown["height"] + 40)
    array = np.asarray(picture).astype(int)
    assert (array[0, 0] > 240).all()  # opaque paper
    assert (array[:70].min(axis=2) < 100).any()  # the title
    assert (np.abs(array - (31, 95, 191)).sum(axis=2) < 30).sum() > 500  # the bold line's blue


@pytest.mark.parametrize("width", [280, 360])
def test_it_fits_a_phone_and_follows_its_column(
    page: Page, chart: Callable[[str], Locator], width: int
) -> None:
    loss = chart("batches=1410&accuracy")
    wide = loss.locator(".base").evaluate("(canvas) => canvas.width")
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_function("() => document.documentElement.clientWidth < 400")
    painted(page)
    painted(page)
    canvas = loss.locator(".base").evaluate(
        "(c) => [c.width, c.clientWidth, devicePixelRatio, c.getBoundingClientRect().right]"
    )
    assert canvas[0] < wide
    assert canvas[0] == round(canvas[1] * canvas[2])
    assert canvas[3] <= width
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_sharp_on_dense_screens_and_dark_when_the_page_is(
    browser: object, serve: Callable[[Path], str]
) -> None:
    context = browser.new_context(device_scale_factor=2, color_scheme="dark")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{serve(APP)}/?batches=1410")
    loss = page.locator(".st-key-loss .curves")
    expect(loss.locator(".over")).to_have_attribute(
        "aria-label", re.compile("Last values"), timeout=30_000
    )
    painted(page)
    canvas = loss.locator(".base").evaluate("(c) => [c.width, c.clientWidth]")
    drawn = pixels(loss).astype(int)
    context.close()
    assert canvas[0] == 2 * canvas[1]
    assert (np.abs(drawn - (125, 179, 255, 255)).sum(axis=2) < 20).sum() > 500  # the dark blue

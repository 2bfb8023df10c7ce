"""The first minute as a person has it: the stage is drawn on, opened, trained, presented."""

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT, to_page
from tests.browser.pen import ONE, SEVEN, Pen, box_of

pytestmark = pytest.mark.browser
OPENING = "3"  # the digit that draws itself

COLOURED = """(canvas) => {
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  return pixels.some((value, i) => i % 4 === 3 && value > 0);
}"""
"""Whether anything is painted on a canvas."""


class Stage(Pen):
    """The stage under a hand."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.locator(".stage .paper canvas"))
        self.root = page.locator(".stage")
        self.network = page.locator(".stage .network")
        self.strip = page.locator(".stage .strip")
        self.loupe = page.locator(".stage .loupe")

    def reads(self, digit: int | str, seconds: float = 90) -> None:
        expect(self.root).to_have_attribute("data-digit", str(digit), timeout=1000 * seconds)

    def button(self, name: str) -> Locator:
        return self.strip.get_by_role("button", name=name, exact=True)


def open_stage(page: Page, address: str) -> Stage:
    page.goto(address)
    stage = Stage(page)
    stage.reads(OPENING, seconds=120)
    expect(stage.root).to_have_attribute("data-judgement", "sure")  # it is drawn to its end
    return stage


@pytest.fixture
def stage(page: Page, serve: Callable[[Path], str]) -> Iterator[Stage]:
    page.set_viewport_size({"width": 1280, "height": 720})
    yield open_stage(page, serve(ROOT / "app.py"))
    expect(page.locator(".stException")).to_have_count(0)


def test_it_opens_alive_and_whole_and_reads_while_the_pen_moves(stage: Stage) -> None:
    box = box_of(stage.root)
    assert box["y"] + box["height"] <= 720  # nothing to scroll
    expect(stage.root).to_have_attribute("data-judgement", "sure")

    stage.press(ONE)  # the first touch clears what had drawn itself
    stage.reads(1)
    stage.lift()
    stage.reads(1)
    expect(stage.root).not_to_have_attribute("data-lines", "0")
    over = stage.page.locator(".stage .network canvas.over")
    stage.page.wait_for_function(COLOURED, arg=over.element_handle())  # the path to the answer

    stage.page.locator(".stage .clear").click()
    stage.reads("")
    expect(stage.root).to_contain_text("Draw a digit.")
    stage.draw(SEVEN)
    stage.reads(7)
    stage.page.reload()
    stage.reads(7)  # the drawing is kept, and nothing draws itself over it


def test_a_number_opens_into_its_sum_by_pointer_and_by_keys(stage: Stage) -> None:
    page = stage.page
    page.keyboard.press("Escape")
    stage.network.focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".stage .pointed")).to_contain_text("conv1, map 1,")
    page.keyboard.press("Enter")
    expect(stage.loupe).to_be_visible()
    expect(stage.loupe.locator(".result")).to_contain_text("Keras computes")
    title = stage.loupe.locator("h2")
    before = title.inner_text()
    page.keyboard.press("ArrowDown")
    expect(title).not_to_have_text(before)
    page.wait_for_url("**layer=conv1**")  # a link opens the same
    page.keyboard.press("Escape")
    expect(stage.loupe).to_be_hidden()

    box = box_of(stage.network)
    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + box["height"] - 12)  # output 9
    expect(stage.loupe).to_be_hidden()
    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + box["height"] - 12)
    expect(title).to_have_text("output 9")
    expect(stage.loupe.locator(".total")).to_contain_text("Softmax")
    expect(stage.loupe.locator(".terms li")).to_have_count(8)


def test_of_several_digits_another_one_is_shown(stage: Stage) -> None:
    narrow = [(0.15 + 0.3 * x, y) for x, y in SEVEN]
    stage.draw(narrow)
    stage.draw([(0.25 + x, y) for x, y in ONE])
    others = stage.root.locator(".several").get_by_role("button")
    expect(others).to_have_text(["7", "1"])
    shown = others.and_(stage.page.locator("[aria-pressed=false]"))
    wanted = shown.inner_text()
    shown.click()
    stage.reads(wanted)
    expect(others.and_(stage.page.locator("[aria-pressed=true]"))).to_have_text(wanted)
    expect(stage.root).not_to_have_attribute("data-lines", "0")
    stage.page.locator(".stage .clear").click()
    expect(others).to_have_count(0)


@pytest.mark.usefixtures("faultless")
def test_a_link_opens_its_unit_and_one_without_a_picture_opens_none(
    page: Page, serve: Callable[[Path], str]
) -> None:
    url = serve(ROOT / "app.py")
    stage = open_stage(page, f"{url}/?layer=dense&channel=7")
    expect(stage.loupe.locator("h2")).to_have_text("dense, unit 7")
    stage = open_stage(page, f"{url}/?layer=flatten&channel=7")
    expect(stage.root).to_have_attribute("data-judgement", "sure")
    expect(stage.loupe).to_be_hidden()


def test_it_trains_in_sight_and_goes_back_to_any_epoch(stage: Stage) -> None:
    stage.draw(SEVEN)
    stage.reads(7)
    stage.button("Train").click()
    expect(stage.strip).to_have_attribute("data-phase", "training", timeout=60_000)
    expect(stage.root).to_have_attribute("data-network", "Run 1", timeout=60_000)
    readings = stage.root.get_attribute("data-readings") or ""
    # The digit is read anew by the weights of that moment: nobody draws.
    expect(stage.root).not_to_have_attribute("data-readings", readings, timeout=60_000)
    slider = stage.strip.get_by_role("slider")
    expect(slider).to_be_visible(timeout=120_000)  # an epoch is done
    stage.button("Pause").click()
    expect(stage.strip).to_have_attribute("data-phase", "paused", timeout=60_000)

    slider.focus()
    stage.page.keyboard.press("Home")
    expect(stage.root).to_have_attribute("data-epoch", "0")  # as it was before it learned
    expect(stage.strip.locator(".epochs span")).to_have_text("untrained")
    stage.page.keyboard.press("ArrowRight")
    expect(stage.root).to_have_attribute("data-epoch", "1")

    stage.button("Stop").click()
    expect(stage.strip).to_have_attribute("data-phase", "stopped", timeout=60_000)
    expect(stage.button("Train anew")).to_be_visible()


def test_it_presents_and_brings_the_five_steps_forward(stage: Stage) -> None:
    page = stage.page
    page.keyboard.press("p")
    page.wait_for_url("**present=1**")
    expect(page.locator(".stage.present")).to_be_visible()
    for key, words in enumerate(
        ("Preprocessing", "Convolution", "Activation", "Pooling", "Dense layers"), start=1
    ):
        page.keyboard.press(str(key))
        expect(page.locator(".stage .lesson")).to_contain_text(words)
    page.keyboard.press("0")
    expect(page.locator(".stage .lesson")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator(".stage.present")).to_have_count(0)


def test_other_pages_speak_of_the_drawing_and_keep_it_over_a_reload(stage: Stage) -> None:
    page = stage.page
    stage.draw(SEVEN)
    stage.reads(7)
    to_page(page, "Feature maps")
    expect(page.get_by_role("heading", name="Feature maps", exact=True)).to_be_visible()
    expect(page.get_by_text("your drawing")).to_be_visible(timeout=60_000)
    page.reload()
    expect(page.get_by_text("your drawing")).to_be_visible(timeout=60_000)


def test_the_digit_that_drew_itself_is_on_no_other_page(stage: Stage) -> None:
    stage.reads(3)
    to_page(stage.page, "Draw")
    expect(stage.page.locator(".ds-none")).to_have_text("Draw a digit")


def test_two_people_see_their_own(stage: Stage, browser: Browser) -> None:
    other_page = browser.new_page(viewport={"width": 1280, "height": 720})
    try:
        other = open_stage(other_page, stage.page.url)
        stage.draw(ONE)
        other.draw(SEVEN)
        stage.reads(1)
        other.reads(7)
        stage.page.locator(".stage .clear").click()
        stage.reads("")
        other.reads(7)
    finally:
        other_page.close()


def test_a_map_is_switched_off_with_the_answer_in_view(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    place = "layer=conv1&channel=3&row=10&column=10"
    stage = open_stage(page, f"{serve(ROOT / 'app.py')}/?{place}")
    expect(stage.loupe.locator("h2")).to_contain_text("conv1, map 3")
    loupe, answer = box_of(stage.loupe), box_of(page.locator(".stage .answer"))
    assert loupe["x"] + loupe["width"] <= answer["x"]

    stage.loupe.get_by_role("button", name="Switch this map off").click()
    expect(stage.root).to_have_attribute("data-off", "1")
    expect(page.locator(".stage .off")).to_contain_text("1 map is off. With all maps: 3")
    expect(stage.loupe.locator(".total")).to_contain_text("ReLU: max(0, z)0.000")
    page.wait_for_url("**off=conv1.3**")
    page.reload()
    expect(stage.root).to_have_attribute("data-off", "1")  # a reload loses no switch

    page.get_by_role("button", name="Switch all on").click()
    expect(stage.root).to_have_attribute("data-off", "0")
    expect(page.locator(".stage .off")).to_be_hidden()


def test_a_link_carries_the_drawing(stage: Stage, browser: Browser) -> None:
    stage.draw(SEVEN)
    stage.reads(7)
    stage.page.get_by_role("button", name="Link").click()
    code = stage.page.get_by_test_id("stCode")
    expect(code).to_contain_text("ink=")
    other_page = browser.new_page(viewport={"width": 1280, "height": 720})
    try:
        other_page.goto(code.inner_text().replace("\n", "").strip())
        other = Stage(other_page)
        other.reads(7)
        expect(other.root).to_contain_text("the drawing of a link")
        other_page.reload()
        other.reads(7)
        other.draw(ONE)  # takes its place
        other.reads(1)
        other_page.wait_for_url(lambda address: "ink=" not in address)
    finally:
        other_page.close()


def test_a_digit_is_drawn_by_keys_and_a_pasted_picture_is_read(stage: Stage) -> None:
    stage.sheet.focus()
    stage.page.keyboard.press("Space")  # puts the pen down, which clears what drew itself
    for _ in range(15):
        stage.page.keyboard.press("ArrowDown")
    stage.page.keyboard.press("Space")
    stage.reads(1)
    stage.page.evaluate(PASTE, f"data:image/png;base64,{base64.b64encode(photo()).decode()}")
    expect(stage.root).to_contain_text("your picture", timeout=60_000)
    stage.reads(7)


PASTE = """async (address) => {
  const blob = await (await fetch(address)).blob();
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], "pasted", { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def photo() -> bytes:
    """A 7 on grey paper."""
    picture = Image.new("L", (300, 300), 200)
    points = [(90, 60), (200, 60), (140, 240)]
    ImageDraw.Draw(picture).line(points, fill=40, width=12, joint="curve")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()

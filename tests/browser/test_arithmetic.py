"""The arithmetic page as a student uses it: click, arrow keys, play, another layer, a link."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.pen import box_of

pytestmark = pytest.mark.browser
PATIENT = 240_000  # ms: the engine loads TensorFlow first
SOON = 60_000  # ms: on a machine that does other things, too


def test_a_number_is_traced_by_mouse_keys_and_play(
    page: Page, serve: Callable[[Path], str]
) -> None:
    url = serve(ROOT / "app.py")
    page.goto(url)  # a first visit: a page's own address is known to a fresh server after it
    expect(page.get_by_role("heading", name="DigitScope")).to_be_visible(timeout=PATIENT)
    page.goto(f"{url}/arithmetic?layer=conv1&channel=2&row=5&column=5")
    title = page.get_by_text("conv1, map 2, row 5, column 5")
    expect(title).to_be_visible(timeout=PATIENT)
    checks = page.locator(".ds-sum .check")
    expect(checks.first).to_contain_text("✓ the same", timeout=SOON)
    expect(page.locator(".ds-sum .cells")).to_have_count(3, timeout=SOON)
    expect(page.locator(".ds-sum .cells").first.locator("td")).to_have_count(9)

    stage = page.locator("[class*=st-key-arithmetic_map_conv1] .stage")
    edge = box_of(stage)["width"] / 26
    stage.click(position={"x": 18.5 * edge, "y": 9.5 * edge})
    expect(page.get_by_text("conv1, map 2, row 9, column 18")).to_be_visible(timeout=SOON)
    expect(page).to_have_url(re.compile(r"row=9&column=18"), timeout=SOON)
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.get_by_text("conv1, map 2, row 11, column 17")).to_be_visible(timeout=SOON)
    expect(checks).to_have_count(2)
    expect(page.locator(".ds-sum .check.same")).to_have_count(2, timeout=SOON)

    page.get_by_text("Play", exact=True).click()
    title = page.get_by_text(re.compile(r"^conv1, map 2, row \d+, column \d+$"))
    for _ in range(3):  # it slides on by itself; which places are seen is a matter of timing
        expect(title).not_to_have_text(title.inner_text(), timeout=SOON)
    page.get_by_text("Play", exact=True).click()

    page.get_by_role("button", name="output", exact=True).or_(
        page.get_by_role("radio", name="output", exact=True)
    ).click()
    expect(page.locator(".ds-sum .softmax tr")).to_have_count(12, timeout=SOON)
    expect(page.locator(".ds-sum .softmax tr.sum")).to_contain_text("1.0000", timeout=SOON)
    expect(page).to_have_url(re.compile(r"layer=output"), timeout=SOON)

    page.set_viewport_size({"width": 360, "height": 800})
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0

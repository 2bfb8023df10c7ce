"""Filters as a student uses them: open one, let it climb, type a kernel in and apply it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, engine_is_ready, to_page
from tests.browser.pen import ONE, Pen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WARM = 240_000  # milliseconds until TensorFlow is there on a busy machine
SLOW = 60_000

# Presses Cancel as soon as there is one: the whole climb may take less than a second.
CANCEL_AT_ONCE = """() => {
  const watch = new MutationObserver(() => {
    const button = document.querySelector(".st-key-ascent_cancel button");
    if (button) { watch.disconnect(); button.click(); }
  });
  watch.observe(document.body, { subtree: true, childList: true });
}"""


def draw_a_one(page: Page) -> None:
    expect(page.locator(".column")).to_have_count(9, timeout=SLOW)  # all stands in its place
    Pen(page.locator(".st-key-sheet canvas").first).draw(ONE)


@pytest.mark.usefixtures("faultless")
def test_open_a_filter_let_it_climb_and_apply_a_kernel_of_ones_own(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.goto(serve(ROOT / "app.py"))
    engine_is_ready(page)
    to_page(page, "Network view")
    draw_a_one(page)
    expect(page.get_by_text("Digit: your drawing.")).to_be_visible(timeout=SLOW)

    to_page(page, "Filters")
    page.locator("[class*='st-key-filters_layer']").get_by_text("conv2", exact=True).click()
    filters = page.locator("[class*='st-key-filters_conv2'] .cell")
    expect(filters).to_have_count(64, timeout=SLOW)
    filters.nth(7).click()
    expect(page.get_by_role("heading", name="conv2, filter 7")).to_be_visible(timeout=SLOW)
    expect(page.locator(".st-key-slices .cell")).to_have_count(32)
    expect(page.locator(".st-key-patches .cell")).to_have_count(9, timeout=SLOW)
    expect(page).to_have_url(re.compile("layer=conv2&channel=7"), timeout=SLOW)

    page.evaluate(CANCEL_AT_ONCE)
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_text("Stopped before the end.")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Step 60 of 60")).to_have_count(0)
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("Step 60 of 60")).to_be_visible(timeout=SLOW)
    expect(page.locator(".st-key-ascent_steps .cell")).to_have_count(12)

    page.get_by_role("tab", name="Made by hand").click()
    # Typed in, Sobel's nine numbers do to the drawing what the ready-made kernel does.
    result = page.locator(".st-key-hand_made_result .line")
    expect(page.get_by_text("Digit: your drawing.")).to_be_visible()
    expect(result).to_contain_text("result: minimum", timeout=SLOW)
    sobel = result.inner_text()
    page.locator(".st-key-hand_made").get_by_text("My own", exact=True).click()
    cells = page.locator(".st-key-own_kernel input")
    expect(cells).to_have_count(9, timeout=SLOW)
    expect(result).not_to_have_text(sobel, timeout=SLOW)
    for cell, number in zip(cells.all(), (-1, 0, 1, -2, 0, 2, -1, 0, 1), strict=True):
        cell.fill(str(number))
        cell.press("Enter")
    expect(result).to_have_text(sobel, timeout=SLOW)
    expect(page.get_by_text("The most similar one of the network: filter")).to_be_visible()
    expect(page.locator(".stException")).to_have_count(0)

"""What if, as a student asks it: a link with filters off, one more off, a pixel, the way back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ROOT, engine_is_ready
from tests.browser.pen import box_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WARM = 240_000  # milliseconds until TensorFlow is there on a busy machine
SLOW = 60_000


def column(page: Page, label: str, number: int) -> Locator:
    """The cells of one column of a table that is named by its label."""
    return page.locator(f"table[aria-label='{label}'] td:nth-child({number + 1})")


def test_filters_off_change_the_answer_and_all_can_be_undone(
    page: Page, serve: Callable[[Path], str]
) -> None:
    url = serve(ROOT / "app.py")
    page.goto(url)
    engine_is_ready(page)
    off = ",".join(f"conv1.{number}" for number in range(31))
    page.goto(f"{url}/what_if?layer=conv1&off={off}")
    expect(page.get_by_text(re.compile("29 and 30 of conv1 are off"))).to_be_visible(timeout=SLOW)
    now = column(page, "Probabilities", 3)
    expect(now).to_have_count(10, timeout=SLOW)
    before = column(page, "Probabilities", 2).all_inner_texts()
    assert now.all_inner_texts() != before

    # The last one: nothing of the picture is left.
    cells = page.locator("[class*='st-key-what_if_filters_conv1'] .cell")
    expect(cells.locator(".label").filter(has_text="off")).to_have_count(31)
    cells.nth(31).click()
    expect(page.get_by_text(re.compile("30 and 31 of conv1 are off"))).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"conv1\.30%2Cconv1\.31|conv1\.30,conv1\.31"))

    page.get_by_text("Read them before and after the change").click()
    expect(page.get_by_text("Of 100 digits of each kind.")).to_be_visible(timeout=SLOW)
    right = column(page, "Right answers of each digit", 3).all_inner_texts()
    assert sorted(map(int, right)) == [*[0] * 9, 100, 100]  # one answer for all, and the sum

    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("Nothing is changed.")).to_be_visible(timeout=SLOW)
    expect(page).not_to_have_url(re.compile("off="), timeout=SLOW)
    expect(now).to_have_text(before, timeout=SLOW)

    page.get_by_role("tab", name="Flip a pixel").click()
    stage = page.locator("[class*='st-key-what_if_pixels'] .stage")
    expect(stage).to_have_count(1, timeout=SLOW)  # the one that was reset is gone
    edge = box_of(stage)["width"] / 28
    stage.click(position={"x": 14.5 * edge, "y": 13.5 * edge})
    said = page.get_by_text("What if the pixel in row 13, column 14 is flipped?")
    expect(said).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Keep")).to_be_disabled(timeout=SLOW)
    expect(said).to_be_visible()
    for _ in range(2):  # what was kept, and then the reset
        page.get_by_role("button", name="Undo").click()
        expect(said).to_have_count(0, timeout=SLOW)
    expect(page.get_by_text(re.compile("30 of conv1 are off"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".stException")).to_have_count(0)

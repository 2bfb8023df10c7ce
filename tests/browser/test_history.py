"""Back and the address in a real browser: a step a page, and a reload or a link shows the same."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import at_rest, to_page

pytestmark = pytest.mark.browser
SLOW = 240_000  # milliseconds: TensorFlow comes first, on a busy machine
APP = Path(__file__).resolve().parents[2] / "app.py"


def open_page(page: Page, address: str, title: str) -> None:
    page.goto(address)
    heading(page, title)


def heading(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=SLOW)


def steps(page: Page) -> int:
    return int(page.evaluate("window.history.length"))


def shows(page: Page, channel: int) -> None:
    title = page.get_by_role("heading", name=f"conv1, map {channel}", exact=True)
    expect(title).to_be_visible(timeout=SLOW)


def pick(page: Page, channel: int) -> None:
    page.locator("[class*='st-key-maps_conv1'] .cell").nth(channel).click(force=True)
    shows(page, channel)
    expect(page).to_have_url(re.compile(f"channel={channel}(&|$)"), timeout=SLOW)


def test_back_leads_to_the_page_before_with_one_press(
    page: Page, serve: Callable[[Path], str]
) -> None:
    url = serve(APP)
    open_page(page, f"{url}/draw", "Draw a digit")
    to_page(page, "Feature maps")
    heading(page, "Feature maps")
    expect(page.locator("[class*='st-key-maps_conv1'] .cell")).to_have_count(32, timeout=SLOW)
    begun = steps(page)
    for channel in (3, 4, 5):
        pick(page, channel)
    assert steps(page) == begun

    page.reload()
    shows(page, 5)
    at_rest(page)  # Streamlit forgets a press of Back while a page is still being made
    assert steps(page) == begun

    page.go_back()
    heading(page, "Draw a digit")
    page.go_forward()
    shows(page, 5)


def test_playing_adds_no_steps_and_its_address_opens_the_same_place(
    page: Page, serve: Callable[[Path], str]
) -> None:
    open_page(
        page, f"{serve(APP)}/arithmetic?layer=conv1&channel=2&row=3&column=4", "The arithmetic"
    )
    begun = steps(page)
    play = page.get_by_text("Play", exact=True)
    play.click()
    expect(page).to_have_url(re.compile("column=9"), timeout=SLOW)
    play.click()
    assert steps(page) == begun

    page.get_by_test_id("stPopover").filter(has_text="Link").get_by_role("button").click()
    copied = page.get_by_test_id("stCode").inner_text().strip()
    place = re.search(r"row=(\d+)&column=(\d+)", copied)
    assert place is not None
    other = page.context.new_page()
    other.goto(copied)
    expect(
        other.get_by_text(f"conv1, map 2, row {place[1]}, column {place[2]}").first
    ).to_be_visible(timeout=SLOW)


def test_the_steps_that_are_off_survive_a_reload(page: Page, serve: Callable[[Path], str]) -> None:
    open_page(page, f"{serve(APP)}/draw?steps_off=centre", "Draw a digit")
    page.reload()
    heading(page, "Draw a digit")
    expect(page).to_have_url(re.compile("steps_off=centre"))

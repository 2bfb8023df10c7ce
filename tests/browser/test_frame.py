"""What stands around every page, in a real browser: the menu, the keys, and presenting."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, WARM, at_rest, engine_is_ready, to_page

pytestmark = pytest.mark.browser
LISTENS = "window.digitscopeKeys"
"""The page hears its keys: their script comes a moment after the page."""


def settled(page: Page) -> None:
    """Wait until the page is whole: Streamlit forgets a press while a page is still being made."""
    engine_is_ready(page)
    expect(page.locator("canvas").first).to_be_visible(timeout=WARM)
    at_rest(page)
    page.wait_for_function(LISTENS)


def test_the_keys_press_the_buttons_and_a_field_keeps_its_letters(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.goto(f"{serve(ROOT / 'app.py')}/train")
    epochs = page.get_by_label("Epochs", exact=True)
    expect(epochs).to_be_visible(timeout=WARM)
    epochs.press("p")
    epochs.blur()
    to_page(page, "Filters")
    expect(page).to_have_url(re.compile("/filters"))
    expect(page.get_by_role("heading", name="Filters", exact=True)).to_be_visible(timeout=WARM)
    expect(page).not_to_have_url(re.compile("present"))

    settled(page)
    seeing = page.get_by_text("What am I seeing?")
    expect(seeing).to_have_count(0)
    page.keyboard.press("?")
    expect(seeing).to_be_visible()
    page.keyboard.press("Escape")
    expect(seeing).to_have_count(0)


def test_what_a_press_on_an_arrow_opens_stays_open_on_a_slow_machine(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.goto(f"{serve(ROOT / 'app.py')}/filters")
    settled(page)
    # Between the button, which opens, and the document, which closes what was pressed beside.
    slow = "const late = performance.now() + 200; while (performance.now() < late);"
    page.evaluate(f"document.body.addEventListener('click', () => {{ {slow} }})")
    button = page.locator(".st-key-network button").first
    arrow = button.get_by_test_id("stIconMaterial").last
    box = arrow.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(button).to_have_attribute("aria-expanded", "true")
    page.evaluate("new Promise((done) => setTimeout(done))")
    expect(button).to_have_attribute("aria-expanded", "true")


def test_presenting_is_larger_has_no_menu_and_its_address_opens_it(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.goto(f"{serve(ROOT / 'app.py')}/filters")
    menu, title = page.get_by_test_id("stHeader"), page.get_by_role("heading", name="Filters")
    expect(menu).to_be_visible(timeout=WARM)
    expect(page.locator(".st-key-present")).to_be_visible(timeout=WARM)
    settled(page)
    height = title.first.bounding_box()
    assert height is not None
    page.keyboard.press("p")
    expect(menu).to_be_hidden()
    expect(page).to_have_url(re.compile(r"[?&]present=1"))
    at_rest(page)
    larger = title.first.bounding_box()
    assert larger is not None
    assert larger["height"] / height["height"] > 1.25

    page.reload()
    expect(page.locator(".st-key-leave")).to_be_visible(timeout=WARM)
    expect(menu).to_be_hidden()
    settled(page)
    page.keyboard.press("p")
    expect(menu).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))

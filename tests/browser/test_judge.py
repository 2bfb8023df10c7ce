"""One story on the Judge pages: a mistake is found, and opened where one digit is looked at."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, to_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WARM = 240_000  # milliseconds; the worker that trains warms up last


@pytest.mark.usefixtures("faultless")
def test_a_cell_opens_its_digits_and_one_of_them_opens_elsewhere(page: Page, serve) -> None:
    page.goto(f"{serve(ROOT / 'app.py')}/evaluate")
    expect(page.get_by_text("Where it fails")).to_be_visible(timeout=WARM)

    table = page.locator(".st-key-confusion_embedded")
    expect(table.locator("td button")).to_have_count(100, timeout=30_000)
    counts = [int(text) for text in table.locator("td button").all_inner_texts()]
    assert len(counts) == 100
    assert sum(counts) == 500
    assert all(sum(counts[10 * row : 10 * row + 10]) == 50 for row in range(10))

    # By keyboard: from the right fives to the cell beside them and back, then pick.
    fives = table.get_by_label(f"true 5, read as 5: {counts[55]}")
    fives.focus()
    fives.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{counts[55]} × a 5 read rightly")).to_be_visible(timeout=30_000)
    gallery = page.locator("[class*='st-key-cell_5_5']").first
    gallery.locator(".cell").first.click()
    page.get_by_role("button", name="Open in Draw").first.click()
    expect(page.locator(".ds-digit[data-digit='5']")).to_be_visible(timeout=60_000)

    to_page(page, "Map of digits")
    plane = page.locator(".st-key-plane_, [class*='st-key-plane_']").first.locator("canvas")
    expect(plane).to_be_visible(timeout=WARM)
    plane.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Open in Draw").first).to_be_visible(timeout=30_000)

"""The main story with a real pointer: draw, read the answer, train two epochs, see its maps.

The same page object also blocks every host but this machine (see conftest), so the story shows
that the app needs no internet.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, engine_is_ready, to_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEVEN = [(0.32, 0.22), (0.68, 0.22), (0.60, 0.45), (0.48, 0.80)]
WARM = 120_000  # milliseconds until TensorFlow is there on a busy machine


def draw(page: Page, corners: list[tuple[float, float]]) -> None:
    """Draw straight strokes through the corners, given as shares of the sheet."""
    sheet = page.locator(".st-key-sheet canvas").first
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=12)
    page.mouse.up()


@pytest.mark.usefixtures("faultless")
def test_draw_read_train_and_look_inside(page: Page, serve) -> None:
    url = serve(ROOT / "app.py")

    page.goto(url)
    expect(page.get_by_role("heading", name="DigitScope")).to_be_visible(timeout=WARM)
    engine_is_ready(page)
    to_page(page, "Draw")
    expect(page.locator(".ds-none[data-digit='']")).to_be_visible()  # a blank sheet: no answer

    draw(page, SEVEN)
    expect(page.locator(".ds-digit[data-digit='7']")).to_be_visible(timeout=20_000)

    to_page(page, "Train")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("2")
    epochs.press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Finished.")).to_be_visible(timeout=WARM)
    expect(page.locator(".st-key-network")).to_have_text(re.compile("Run 1 · epoch 2 of 2"))

    to_page(page, "Feature maps")
    expect(page.get_by_text("Network: Run 1, epoch 2")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("your drawing")).to_be_visible()
    expect(page.get_by_text("26×26×32").first).to_be_visible()

    to_page(page, "Filters")
    expect(page.get_by_text("Network: Run 1, epoch 2")).to_be_visible(timeout=20_000)

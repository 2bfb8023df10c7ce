"""Every page leads with its result: where its main figure begins, and how high the page is."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, WARM, at_rest, engine_is_ready
from ui.state.pages import ENTRIES, FRONT_PAGE

pytestmark = pytest.mark.browser

FIGURES_BEGIN = 400  # pixels below the window's top, of 720
HIGHEST = 1800  # two and a half windows
STILL_HIGHER = {"evaluate"}
"""Its four sections still stand below each other; only where it begins is measured."""
FIGURE = "canvas:visible, table:visible, img:visible, .st-key-start:visible"
"""What a page is opened for; on Train, before a first training, the button that starts it."""


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != FRONT_PAGE])
def test_a_page_leads_with_its_result(tab: Page, serve: Callable[..., str], name: str) -> None:
    tab.goto(f"{serve(ROOT / 'app.py')}/{name}")
    engine_is_ready(tab)
    block = tab.get_by_test_id("stMainBlockContainer")
    figure = block.locator(FIGURE).first
    expect(figure).to_be_visible(timeout=WARM)
    at_rest(tab)
    box, whole = figure.bounding_box(), block.bounding_box()
    assert box is not None
    assert whole is not None
    assert box["y"] < FIGURES_BEGIN
    if name not in STILL_HIGHER:
        assert whole["height"] <= HIGHEST

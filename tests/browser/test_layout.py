"""Every page leads with its result: where its main figure begins, and how high the page is."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import FIGURE, ROOT, WARM, at_rest, engine_is_ready
from tests.browser.pen import box_of, painted
from ui.state.pages import ENTRIES, FRONT_PAGE

pytestmark = pytest.mark.browser

FIGURES_BEGIN = 400  # pixels below the window's top, of 720
HIGHEST = 1800  # two and a half windows


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


def figure_begins(figure: Locator) -> float:
    """Where the first figure begins; what stands further up may still be on its way."""
    until = time.monotonic() + WARM / 1000
    while (begins := box_of(figure)["y"]) >= FIGURES_BEGIN and time.monotonic() < until:
        painted(figure.page)
    return begins


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != FRONT_PAGE])
def test_a_page_leads_with_its_result(tab: Page, serve: Callable[..., str], name: str) -> None:
    tab.goto(f"{serve(ROOT / 'app.py')}/{name}")
    engine_is_ready(tab)
    block = tab.get_by_test_id("stMainBlockContainer")
    figure = block.locator(FIGURE).first
    expect(figure).to_be_visible(timeout=WARM)
    at_rest(tab)
    begins = figure_begins(figure)
    assert begins < FIGURES_BEGIN
    whole = block.bounding_box()
    assert whole is not None
    assert whole["height"] <= HIGHEST

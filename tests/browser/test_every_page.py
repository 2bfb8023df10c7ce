"""Every page leads with its result, and is for everybody.

Where its main figure begins, and how high it is; whether it says all in the language of the page
and clips no text, wide and narrow; then, in both themes, whether it can be read and used by
keyboard and by screen reader. One visit of each page for all: visits are what takes long. It is in
the language that nobody speaks, whose words are longer than English ones (`ui.locale.pseudo`).
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.conftest import FIGURE, ROOT, WARM, at_rest, engine_is_ready
from tests.browser.pen import box_of, painted
from tests.pages.said import NAMES, STREAMLITS, english
from tests.waiting import wait_until
from ui.locale.pseudo import PSEUDO
from ui.state.language import PARAMETER
from ui.state.pages import ENTRIES, FRONT_PAGE

pytestmark = pytest.mark.browser

FIGURES_BEGIN = 400  # pixels below the window's top, of 720
HIGHEST = 1800  # two and a half windows
AXE = Axe()
MORE_FAULTS = (Path(__file__).parent / "access.js").read_text(encoding="utf-8")
SAID = (Path(__file__).parent / "said.js").read_text(encoding="utf-8")
WIDE, NARROW = ViewportSize(width=1280, height=720), ViewportSize(width=390, height=844)
STEPS = 14
"""Presses of Tab on a page: through the menu and the row at the top, into the page itself."""
DARK = (
    "getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme.includes('dark')"
)

FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  // The page as a whole, which scrolls, needs no mark.
  if (!at || at === document.body || at.matches("[data-testid=stMain]")) return "";
  const marked = (each) => {
    const style = getComputedStyle(each);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return outlined || style.boxShadow !== "none";
  };
  const around = [at.parentElement, at.parentElement?.parentElement].filter(Boolean);
  if ([at, ...around, ...at.children].some(marked)) return "";
  return `no mark at <${at.tagName} ${at.className}> “${at.textContent.slice(0, 40)}”`;
}"""
"""Whether one sees where the keyboard is: an outline or a ring at the element, or right around."""


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def faults_of(page: Page) -> list[str]:
    """What axe finds, and what this app wants beyond it."""
    painted(page)
    response = AXE.run(page).response
    assert len(response["passes"]) > 10  # it saw the page
    found = [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in response["violations"]
        for node in rule["nodes"]
    ]
    more: list[str] = page.evaluate(MORE_FAULTS)
    return found + more


def words_of(page: Page) -> list[str]:
    """What a page says in English though its language is another, and the text that it clips."""
    said, clipped = page.evaluate(SAID)
    assert len(said) > 5  # it saw the page
    unsaid = [text for text in said if english(text, NAMES | STREAMLITS)]
    return [f"not said: {text}" for text in unsaid] + [f"clipped: {text}" for text in clipped]


def wait_for_figure(figure: Locator) -> None:
    """Wait until the first figure is where it belongs: what is to move it up may be on its way."""
    wait_until(
        lambda: box_of(figure)["y"] < FIGURES_BEGIN,
        WARM / 1000,
        lambda: f"a figure above {FIGURES_BEGIN} pixels; it begins at {box_of(figure)['y']}",
        lambda: painted(figure.page),
    )


@pytest.mark.parametrize("name", ENTRIES)
def test_a_page_leads_with_its_result_and_is_for_everybody(
    tab: Page, serve: Callable[[Path], str], name: str
) -> None:
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size(WIDE)
    place = "" if name == FRONT_PAGE else name
    tab.goto(f"{serve(ROOT / 'app.py')}/{place}?{PARAMETER}={PSEUDO}")
    engine_is_ready(tab)
    expect(tab.get_by_role("heading", level=1)).to_be_visible(timeout=WARM)
    expect(tab.locator(FIGURE).first).to_be_visible(timeout=WARM)
    at_rest(tab)
    block = tab.get_by_test_id("stMainBlockContainer")
    if name != FRONT_PAGE:  # the stage fills the window, and has tests of its own
        wait_for_figure(block.locator(FIGURE).first)
        assert box_of(block)["height"] <= HIGHEST
    found = {f"light: {fault}" for fault in faults_of(tab)}
    found |= {f"wide: {fault}" for fault in words_of(tab)}
    for _ in range(STEPS):
        tab.keyboard.press("Tab")
        if unseen := tab.evaluate(FOCUS):
            found.add(unseen)
    tab.evaluate("document.activeElement.blur()")  # the hint of the last button goes
    tab.keyboard.press("Escape")
    at_rest(tab)
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function(DARK)
    found |= {f"dark: {fault}" for fault in faults_of(tab)}
    tab.set_viewport_size(NARROW)
    painted(tab)
    at_rest(tab)
    found |= {f"narrow: {fault}" for fault in words_of(tab)}
    assert not found, "\n".join(sorted(found))

"""The language in a real browser: it changes at once, loses nothing, and the browser keeps it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, WARM, at_rest, engine_is_ready
from tests.browser.pen import SEVEN, Pen
from tests.pages.said import english_sentences

pytestmark = pytest.mark.browser
SAID = (ROOT / "tests" / "browser" / "said.js").read_text(encoding="utf-8")


@pytest.fixture
def url(serve: Callable[..., str]) -> str:
    return serve(ROOT / "app.py")


@contextmanager
def visitor(browser: Browser, locale: str) -> Iterator[Page]:
    """Somebody whose browser asks for a language."""
    context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


def choose(page: Page, name: str) -> None:
    at_rest(page)
    page.locator(".st-key-language button").click()
    page.get_by_role("option", name=name).or_(page.get_by_role("menuitem", name=name)).click()


def speaks(page: Page, tag: str) -> None:
    """Wait until the whole page is in a language."""
    expect(page.locator(f"html[lang='{tag}']")).to_be_attached(timeout=WARM)
    at_rest(page)


def all_is_chinese(page: Page) -> None:
    at_rest(page)
    said, _ = page.evaluate(SAID)
    assert any(re.search(r"[\u4e00-\u9fff]", text) for text in said)
    assert [text for text in said if english_sentences(text)] == []


def test_it_changes_at_once_loses_nothing_and_is_kept(page: Page, url: str) -> None:
    page.goto(f"{url}/?lang=en")
    engine_is_ready(page)
    stage = page.locator(".stage")
    expect(stage).to_have_attribute("data-digit", "3", timeout=WARM)  # the opening
    Pen(page.locator(".stage .canvas canvas").first).draw(SEVEN)
    expect(stage).to_have_attribute("data-digit", "7", timeout=WARM)
    choose(page, "简体中文")
    speaks(page, "zh-Hans")
    expect(page.get_by_test_id("stHeader")).to_contain_text("舞台")
    expect(stage.get_by_role("button", name="清空")).to_be_visible()
    expect(stage).to_have_attribute("data-digit", "7", timeout=WARM)  # the drawing is there
    assert "lang=" not in page.url  # the person's word outranks the address'
    page.reload()
    speaks(page, "zh-Hans")
    page.goto(f"{url}/train?lang=en")  # a link says otherwise, for this visit
    speaks(page, "en")
    page.goto(f"{url}/train")
    speaks(page, "zh-Hans")
    page.get_by_role("tab", name="网络", exact=True).click()  # a group of the settings
    choose(page, "English")
    speaks(page, "en")
    opened = page.get_by_role("tab", name="Network", exact=True)
    expect(opened).to_have_attribute("aria-selected", "true")


def test_a_browser_is_answered_in_its_own_language(browser: Browser, url: str) -> None:
    with visitor(browser, "zh-CN") as page:
        page.goto(f"{url}/draw")
        speaks(page, "zh-Hans")
    with visitor(browser, "de-DE") as page:
        page.goto(f"{url}/draw")
        speaks(page, "en")


def test_a_lesson_in_chinese_says_nothing_in_english(browser: Browser, url: str) -> None:
    with visitor(browser, "zh-CN") as page:
        page.goto(url)
        engine_is_ready(page)
        expect(page.locator(".stage")).to_have_attribute("data-digit", "3", timeout=WARM)
        all_is_chinese(page)
        page.locator(".stage .network").focus()
        for key in ("ArrowRight", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        expect(page.locator(".stage .loupe .result")).to_contain_text("Keras", timeout=WARM)
        all_is_chinese(page)  # a number opened into its sum
        page.keyboard.press("Escape")
        page.locator(".st-key-lesson button").first.click()
        expect(page.get_by_test_id("stPopoverBody").last).to_be_visible()
        all_is_chinese(page)

        page.goto(f"{url}/train")
        engine_is_ready(page)
        at_rest(page)
        page.locator(".st-key-start button").first.click()
        expect(page.locator(".st-key-pause button").first).to_be_visible(timeout=WARM)
        all_is_chinese(page)
        page.locator(".st-key-stop button").first.click()
        expect(page.locator(".st-key-pause button")).to_have_count(0, timeout=WARM)
        all_is_chinese(page)

        page.goto(f"{url}/few?gate=open")
        engine_is_ready(page)
        expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=WARM)
        all_is_chinese(page)

        page.goto(f"{url}/class")
        at_rest(page)
        page.locator(".st-key-open_class button").first.click()
        code = page.locator(".invitation .code").inner_text(timeout=WARM)
        all_is_chinese(page)
        with visitor(browser, "en-GB") as student:  # the class has its teacher's language
            student.goto(f"{url}/join?code={code}")
            at_rest(student)
            student.locator(".st-key-join_class button").first.click(timeout=WARM)
            expect(student.locator(".sign .who")).to_be_visible(timeout=WARM)
            speaks(student, "zh-Hans")
            page.locator(".st-key-ask button").first.click()
            page.locator(".st-key-ask_ready_now button").click(timeout=WARM)
            expect(student.locator(".panel .choices button")).to_have_count(4, timeout=WARM)
            all_is_chinese(student)
            all_is_chinese(page)
            choose(student, "English")  # unless a student chooses
            speaks(student, "en")
            question = student.locator(".panel:not(.writing)")
            expect(question).to_contain_text("conv1 has 32 filters", timeout=WARM)

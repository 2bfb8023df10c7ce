"""An experiment in a real browser: guess, run, cancel, go on, and find it again after a reload."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import WARM, at_rest, engine_is_ready

APP = Path(__file__).resolve().parents[2] / "app.py"
MEASURED = re.compile(r"Measured here: (\d+) of (\d+)")


def button(page: Page, key: str) -> Locator:
    """The one that is seen: with a help text Streamlit draws a second one for narrow pages."""
    return page.locator(f".st-key-{key} button:visible")


def settled(page: Page) -> None:
    """Wait until the page is whole: Streamlit forgets a press while a page is still being made."""
    engine_is_ready(page)
    at_rest(page)


def measured(page: Page) -> int:
    """How many parts the page shows; it waits for the first."""
    line = page.get_by_text(MEASURED).first
    expect(line).to_be_visible(timeout=WARM)
    found = MEASURED.search(line.inner_text())
    assert found
    return int(found[1])


def stop(page: Page) -> None:
    button(page, "leak_cancel").click(timeout=WARM)
    expect(button(page, "leak_run")).to_have_text(re.compile("Go on"), timeout=WARM)


def test_an_experiment_is_guessed_run_cancelled_and_found_again(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.goto(f"{serve(APP)}/leak?seeds=10")  # so many that it does not end by itself
    settled(page)
    assert page.locator(".js-plotly-plot").count() == 0  # the guess comes first
    button(page, "leak_guess").click()
    expect(page.get_by_text("Your guess: ")).to_be_visible()
    at_rest(page)
    button(page, "leak_run").click()
    first = measured(page)  # the first point
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    stop(page)
    at_rest(page)
    kept = measured(page)
    assert kept >= first
    at_rest(page)
    button(page, "leak_run").click()
    expect(button(page, "leak_cancel")).to_be_visible(timeout=WARM)
    page.reload()
    engine_is_ready(page)
    expect(page.get_by_text("Your guess: ")).to_be_visible(timeout=WARM)
    assert measured(page) >= kept
    stop(page)


def test_the_game_is_played_to_its_end(page: Page, serve: Callable[[Path], str]) -> None:
    page.goto(f"{serve(APP)}/leak?gate=open&digit=3")
    settled(page)
    button(page, "leak_game_play").click()
    expect(button(page, "leak_game_bet")).to_be_visible(timeout=WARM)  # after twenty rounds
    button(page, "leak_game_bet").click()
    expect(page.get_by_text(re.compile(r"You: \d+ of 20 right"))).to_be_visible()

"""Training in a real browser: steered, reloaded in the middle, and by two people at once.

DIGITSCOPE_RELOADS says how often the page is reloaded in the middle of a run; 5 times without it.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT, at_rest, engine_is_ready, to_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WARM = 180_000  # milliseconds until TensorFlow is there on a busy machine
COLD = 600_000  # the same for the worker that trains: it warms up last, and gives way to others
RELOADS = int(os.environ.get("DIGITSCOPE_RELOADS", "5"))
DIGITS, BATCHES = 1_000, 32  # in an epoch: short enough to see several, long enough to stop in


def open_train(page: Page, url: str) -> None:
    page.goto(url)
    to_page(page, "Train")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled(timeout=WARM)
    engine_is_ready(page)
    expect(page.get_by_text("Takes about")).to_be_visible(timeout=COLD)  # it was measured there


def start(page: Page, **settings: int) -> None:
    for label, value in settings.items():
        field = page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")
    page.get_by_role("tab", name="Digits").click()
    field = page.get_by_label("Training digits", exact=True)
    field.fill(str(DIGITS))
    field.press("Enter")
    words = f"{settings['Epochs']} epochs of {BATCHES} batches, {DIGITS:,} digits"
    expect(page.get_by_text(words)).to_be_visible(timeout=WARM)
    page.get_by_role("button", name="Start", exact=True).click()


def tile(page: Page, name: str) -> Locator:
    return page.locator(".ds-tiles > div").filter(has_text=re.compile(f"^{name}")).locator("b")


def batches_in(tiles: str) -> int:
    """Batches since the beginning, as the tiles tell them: 0 before the first."""
    epoch = re.search(r"Epoch\s+(\d+) of", tiles)
    batch = re.search(r"Batch\s+(\d+) of", tiles)
    return (int(epoch[1]) - 1) * BATCHES + int(batch[1]) if epoch and batch else 0


def wait_for_batches(page: Page, more_than: int) -> int:
    tiles = page.locator(".ds-tiles")
    while (done := batches_in(text := tiles.inner_text())) <= more_than:
        expect(tiles).not_to_have_text(text, use_inner_text=True, timeout=WARM)
    return done


def batches_while_paused(page: Page) -> int:
    """What a page that is loaded anew says: it asks the run where it stands now."""
    page.reload()
    expect(page.get_by_text("Paused.")).to_be_visible(timeout=WARM)
    return batches_in(page.locator(".ds-tiles").inner_text())


def chart_in_words(page: Page) -> str:
    return page.locator(".st-key-loss_chart .over").get_attribute("aria-label") or ""


def alias(page: Page) -> str:
    """What the address says of the run that is shown: nothing that opens it to others."""
    page.wait_for_url(re.compile(r"[?&]network="), timeout=WARM)
    said = parse_qs(urlsplit(page.url).query)
    assert "run" not in said
    return said["network"][0]


def test_what_is_chosen_stays_chosen_when_the_language_changes(
    page: Page, serve: Callable[[Path], str]
) -> None:
    page.goto(f"{serve(ROOT / 'app.py')}/train?lang=xx")
    engine_is_ready(page)
    page.get_by_role("tab").nth(1).click()
    page.locator(".st-key-setting_data label").filter(has_text="70,000").click()
    expect(page.locator(".st-key-start button")).to_be_disabled()  # they are not here yet
    page.locator(".st-key-language button").first.click()
    page.get_by_text("English", exact=True).click()
    page.get_by_role("tab", name="Digits").click()
    expect(page.get_by_role("radio", name="70,000")).to_be_checked()
    page.get_by_role("tab", name="Learning").click()
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("7")
    epochs.press("Enter")
    expect(page.get_by_text("Download them under “Digits”")).to_be_visible()


@pytest.mark.usefixtures("faultless")
def test_a_run_is_steered_survives_reloads_and_its_network_is_seen(
    page: Page, serve: Callable[[Path], str]
) -> None:
    open_train(page, serve(ROOT / "app.py"))
    start(page, Epochs=200)

    # The figures and the chart move, and so do the filters and the digits.
    done = wait_for_batches(page, 0)
    expect(page.locator(".ds-probe > div")).to_have_count(10, timeout=WARM)
    expect(page.locator(".st-key-live_kernels .cell")).to_have_count(32)
    words = chart_in_words(page)
    done = wait_for_batches(page, done)
    expect(page.locator(".st-key-loss_chart .over")).not_to_have_attribute(
        "aria-label", words, timeout=WARM
    )

    # Pause stands still, also after a while; resume goes on from there.
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused.")).to_be_visible(timeout=WARM)
    paused = batches_while_paused(page)
    assert batches_while_paused(page) == paused >= done
    page.get_by_role("button", name="One batch").click()
    assert wait_for_batches(page, paused) == paused + 1
    page.get_by_role("button", name="Resume").click()
    done = wait_for_batches(page, paused + 1)

    # A reload is a new session to the server: it must find the run, which went on meanwhile.
    mine = alias(page)
    for _ in range(RELOADS):
        page.reload()
        expect(page.locator(".ds-tiles")).to_be_visible(timeout=WARM)
        assert alias(page) == mine
        expect(page.get_by_role("button", name="Pause")).to_be_enabled(timeout=WARM)
        now = wait_for_batches(page, done)
        assert now > done
        done = now

    # Stopped in the middle: the last finished epoch is kept, and shown by the other pages.
    expect(page.locator(".st-key-network")).to_contain_text(
        re.compile(r"Run 1 · epoch \d+ of 200"), timeout=WARM
    )
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=WARM)
    expect(tile(page, "Time trained")).to_be_visible(timeout=WARM)  # the tiles of a run at rest
    epoch = int(re.findall(r"\d+", tile(page, "Epoch").inner_text())[0])
    assert 1 <= epoch < 200
    to_page(page, "Feature maps")
    expect(page.get_by_text(f"Run 1, epoch {epoch}").first).to_be_visible(timeout=WARM)


def test_two_people_train_at_once_and_see_only_their_own(
    browser: Browser, serve: Callable[[Path], str]
) -> None:
    url, pages = serve(ROOT / "app.py"), []
    for seed in (3, 5):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        open_train(page, url)
        start(page, Epochs=200, Seed=seed)
        pages.append((page, seed))
    assert alias(pages[0][0]) != alias(pages[1][0])
    for page, seed in pages:
        done = wait_for_batches(page, 0)
        wait_for_batches(page, done)
        expect(page.get_by_text(re.compile(rf"· seed {seed}$"))).to_be_visible()
        page.get_by_role("tab", name="Compare").click()
        expect(page.locator(".ds-runs tr")).to_have_count(2, timeout=WARM)  # the head and one run
    for page, _ in pages:
        page.get_by_role("tab", name="Watch").click()
        page.get_by_role("button", name="Stop", exact=True).click(timeout=WARM)
        expect(page.get_by_text("Stopped.")).to_be_visible(timeout=WARM)
        page.context.close()


@pytest.mark.usefixtures("faultless")
def test_a_shared_link_lets_others_watch_and_no_more(
    page: Page, browser: Browser, serve: Callable[[Path], str]
) -> None:
    open_train(page, serve(ROOT / "app.py"))
    start(page, Epochs=1000)  # it is not to end before it is stopped
    wait_for_batches(page, 0)
    alias(page)
    stranger = browser.new_context()  # another browser: without our cookies
    other = stranger.new_page()
    other.goto(page.url)  # as it can be read off a projector
    expect(other.get_by_text("was trained in another browser")).to_be_visible(timeout=WARM)
    expect(other.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=WARM)
    page.get_by_role("button", name="Link").click(timeout=WARM)
    page.get_by_text("Share this training").click()
    link = page.get_by_test_id("stCode").get_by_text(re.compile("run="))
    other.goto(link.inner_text(timeout=WARM).strip())
    wait_for_batches(other, 0)
    expect(other.get_by_text("You watch this training.")).to_be_visible(timeout=WARM)
    for name in ("Pause", "Stop", "One batch"):
        expect(other.get_by_role("button", name=name)).to_have_count(0)
    stranger.close()
    page.reload()
    wait_for_batches(page, 0)
    alias(page)
    at_rest(page)  # Streamlit forgets a press while a page is being made
    page.get_by_role("button", name="Stop").click(timeout=WARM)  # its own browser still can
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=WARM)

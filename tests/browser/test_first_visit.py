"""The very first request to a server is a link to one of its pages: that page opens, at once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Response, expect

from tests.browser.conftest import ROOT, end_server, start_server, to_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WARM = 120_000  # milliseconds until TensorFlow is there on a busy machine


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Return the address of a server that nobody has visited, below a base path if one is given."""
    servers = []

    def start(base: str = "") -> str:
        url, server = start_server(ROOT / "app.py", tmp_path / "log.txt", base)
        servers.append(server)
        return url

    yield start
    for server in servers:
        end_server(server, tmp_path / "log.txt")


@pytest.fixture
def noted(page: Page) -> dict[str, list[str]]:
    """What a developer would see in the browser's tools: loads of the page, and what is red."""
    seen: dict[str, list[str]] = {"loads": [], "faults": []}

    def note_request(request: Request) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            seen["loads"].append(request.url)

    def note_response(response: Response) -> None:
        if response.status >= 400:
            seen["faults"].append(f"{response.status} {response.url}")

    page.on("request", note_request)
    page.on("response", note_response)
    page.on("pageerror", lambda error: seen["faults"].append(str(error)))
    page.on(
        "console",
        lambda line: seen["faults"].append(line.text) if line.type == "error" else None,
    )
    return seen


def expect_page(page: Page, heading: str) -> None:
    """Wait until the page stands and its script is through: a dialog would be open by then."""
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=WARM)
    expect(page.get_by_role("link", name="Train", exact=True)).to_be_visible(timeout=WARM)
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=WARM)


def test_a_link_with_a_place_opens_that_place(page: Page, fresh, noted) -> None:
    link = f"{fresh()}/feature_maps?layer=conv2&channel=3&row=4&column=5"
    page.goto(link)
    expect_page(page, "Feature maps")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Map 3, row 4, column 5").first).to_be_visible(timeout=WARM)
    assert noted == {"loads": [link], "faults": []}
    assert page.url == link


def test_a_link_below_a_base_path_opens_its_page(page: Page, fresh, noted) -> None:
    url = fresh("class/seven")
    assert url.endswith("/class/seven")
    page.goto(f"{url}/filters")
    expect_page(page, "Filters")
    expect(page.get_by_role("dialog")).to_have_count(0)
    to_page(page, "Draw")
    expect_page(page, "Draw a digit")
    assert page.url == f"{url}/draw"
    assert noted == {"loads": [f"{url}/filters"], "faults": []}


def test_an_unknown_address_gets_a_sentence_and_the_front_page(page: Page, fresh, noted) -> None:
    url = fresh()
    page.goto(f"{url}/no_such_page")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("does not seem to exist", timeout=WARM)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect_page(page, "DigitScope")
    expect(page.locator(".stException")).to_have_count(0)
    assert noted["loads"] == [f"{url}/no_such_page"]

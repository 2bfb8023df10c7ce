"""A real Chromium and a real Streamlit server for the tests that only a browser can decide.

Without a Chromium on the machine these tests are skipped with a line that says so; with
DIGITSCOPE_BROWSER_TESTS=required (as in .ci/run) they fail instead.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.waiting import wait_until
from ui.state.pages import MENU

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL_HOSTS = ("localhost", "127.0.0.1")
NOBODY_ELSE = ", ".join(("MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in LOCAL_HOSTS)))
"""Where Chromium looks for a host. A `Route` would do the same, but it costs each request a turn
through this process, and a fifth of all processor time, as Chromium then caches nothing."""
WARM = 240_000  # milliseconds until TensorFlow is there on a busy machine
FIGURE = ", ".join(
    f"{each}:visible"
    for each in (
        *("canvas", "table", "img", ".st-key-start", "[class*=_guess]"),
        *(".st-key-doors", ".st-key-lesson_number", "[data-testid=stForm]"),
    )
)
"""What a page is opened for. On Train, before a first training, that is the button that starts it,
for an experiment the guess, for a class its door, its form or the choice of a lesson."""
expect.set_options(timeout=30_000)  # milliseconds, instead of 5,000: this machine may be busy


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def chromium() -> str:
    if path := find_chromium():
        return path
    sentence = f"no Chromium found (looked for {', '.join(NAMES)}): install one to run these tests"
    if os.environ.get("DIGITSCOPE_BROWSER_TESTS") == "required":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        alone = f"--host-resolver-rules={NOBODY_ELSE}"
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", alone])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of its own that reaches nothing but this machine; `outside` counts what it tried."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    outside: list[str] = []

    def note(request: Request) -> None:
        at = urlsplit(request.url)
        if at.scheme in ("http", "https") and at.hostname not in LOCAL_HOSTS:
            outside.append(request.url)

    context.on("request", note)
    yield page
    context.close()
    assert not outside, f"the page asked outside hosts: {outside}"


@pytest.fixture
def faultless(page: Page) -> Iterator[None]:
    """No script of the page may fail in this test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield
    assert not faults


@pytest.fixture
def silent(page: Page, faultless: None) -> Iterator[None]:
    """Nor may an error stand in the console."""
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield
    assert not errors


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(server: subprocess.Popen[bytes], url: str, seconds: float = 120) -> None:
    def healthy() -> bool:
        assert server.poll() is None, f"the server ended with status {server.returncode}"
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return True
        except OSError:  # a URLError is one
            return False

    wait_until(healthy, seconds, f"the server at {url} answers")


def start_server(
    script: Path, log: Path, base: str = "", folder: Path = ROOT
) -> tuple[str, subprocess.Popen[bytes]]:
    """Start `streamlit run SCRIPT` on a free port, below a path if given; wait until it answers.

    `folder` is where it is started from.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.headless=true", f"--server.port={port}"]
    if base:
        command.append(f"--server.baseUrlPath={base}")
    # At SIGABRT it writes what its threads do: see `end_server`.
    environment = {**os.environ, "PYTHONFAULTHANDLER": "1"}
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out, env=environment)
    url = f"http://localhost:{port}/{base}".rstrip("/")
    wait_until_healthy(server, url)
    return url, server


def end_server(server: subprocess.Popen[bytes], log: Path) -> None:
    """End a server as Ctrl-C does; where it does not end, fail and tell what its threads do."""
    server.terminate()
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGABRT)
        server.wait(60)
        pytest.fail(f"The server did not end:\n{log.read_text(errors='replace')[-10_000:]}")


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], str]]:
    """Return a script's address; each script's server is started once for all tests."""
    urls: dict[Path, str] = {}
    servers: list[tuple[subprocess.Popen[bytes], Path]] = []

    def start(script: Path) -> str:
        if script not in urls:
            log = tmp_path_factory.mktemp("server") / "log.txt"
            urls[script], server = start_server(script, log)
            servers.append((server, log))
        return urls[script]

    yield start
    for server, log in servers:
        end_server(server, log)


def engine_is_ready(page: Page) -> None:
    """Wait until the engine of an open page answers."""
    expect(page.locator(".ds-engine[data-phase='ready']")).to_be_attached(timeout=WARM)


def at_rest(page: Page) -> None:
    """Wait until the page's script has run to its end."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=WARM)


def to_page(page: Page, title: str) -> None:
    """Go to another page by the menu."""
    section = next(s for s, entries in MENU.items() if title in {entry.title for entry in entries})
    menu = page.get_by_test_id("stHeader")
    if not section:
        menu.get_by_role("link", name=title, exact=True).click(timeout=WARM)
        return
    menu.get_by_role("button", name=section).click(timeout=WARM)
    page.get_by_role("menuitem", name=title, exact=True).click()

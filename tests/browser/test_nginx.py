"""The app below a path, alone and behind nginx as `.github/deploy/nginx.conf` sets it up.

Without an nginx on the machine its tests are skipped, with a line that says so.
"""

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.conftest import (
    ROOT,
    WARM,
    end_server,
    engine_is_ready,
    free_port,
    start_server,
    wait_until_healthy,
)
from tests.browser.pen import ONE, Pen

pytestmark = pytest.mark.browser

BASE = "digits"
CONFIGURATION = ROOT / ".github" / "deploy" / "nginx.conf"
AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {rules}
}}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app below a path."""
    log = tmp_path_factory.mktemp("below") / "log"
    url, server = start_server(ROOT / "app.py", log, BASE)
    yield url
    end_server(server, log)


@contextmanager
def nginx(app: str, folder: Path, change: Callable[[str], str] = str) -> Iterator[str]:
    """The address of the app behind nginx.

    Args:
        app: its own address.
        folder: for nginx's files.
        change: what is changed in the rules of the repository.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("no nginx found: install one to run this test")
    port, rules = free_port(), CONFIGURATION.read_text()
    for ours, here in (
        ("server 127.0.0.1:8501;", f"server 127.0.0.1:{urlsplit(app).port};"),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("server_name school.example;", "server_name localhost;"),
    ):
        assert ours in rules
        rules = rules.replace(ours, here)
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, rules=change(rules)))
    proxy = subprocess.Popen([program, "-c", str(file), "-p", str(folder)])
    try:
        url = f"http://localhost:{port}/{BASE}"
        wait_until_healthy(proxy, url)
        yield url
    finally:
        proxy.terminate()
        proxy.wait(20)
    logs = [(folder / name).read_text() for name in ("access.log", "error.log")]
    assert not any("127.0.0.1" in log for log in logs), logs  # nobody's address is kept


def large_picture() -> bytes:
    """A 7 as a file of 3 MB: three times as much as nginx lets through when it is told nothing."""
    picture = Image.new("RGB", (1200, 850), (200, 200, 200))
    strokes = [(420, 180), (780, 180), (560, 700)]
    ImageDraw.Draw(picture).line(strokes, fill=(40, 40, 40), width=40, joint="curve")
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=0)
    assert len(file.getvalue()) > 3_000_000
    return file.getvalue()


def use(page: Page, url: str) -> None:
    """Open the stage and draw on it, go to another page by its address and upload a picture."""
    page.goto(url)
    root = page.locator(".stage")
    expect(root).to_have_attribute("data-judgement", "sure", timeout=WARM)  # it drew itself
    pen = Pen(page.locator(".stage .paper canvas"))
    pen.press(ONE)
    page.mouse.up()
    expect(root).to_have_attribute("data-digit", "1", timeout=WARM)
    page.goto(url.rstrip("/") + "/draw")
    engine_is_ready(page)
    expect(page.locator(".st-key-sheet canvas")).to_be_visible(timeout=WARM)
    expect(page.locator(".not-arrived")).to_have_count(0)
    expect(page.get_by_text("No page has come")).to_have_count(0)
    page.locator(".st-key-source").get_by_text("Upload", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "7.png", "mimeType": "image/png", "buffer": large_picture()}
    )
    expect(page.locator(".ds-digit")).to_have_attribute("data-digit", "7", timeout=WARM)


@pytest.mark.parametrize("slash", ["/", ""])
def test_below_a_path_the_pen_s_channel_and_all_components_are_found(
    page: Page, app: str, slash: str
) -> None:
    use(page, app + slash)


def test_behind_nginx_it_is_the_same(page: Page, app: str, tmp_path: Path) -> None:
    with nginx(app, tmp_path) as url:
        use(page, url)


def test_a_proxy_that_knows_no_websockets_is_told_to_the_person(
    page: Page, app: str, tmp_path: Path
) -> None:
    def without(rules: str) -> str:
        lines = rules.splitlines()
        kept = [line for line in lines if "proxy_set_header" not in line or "pgrade" not in line]
        assert len(kept) == len(lines) - 2
        return "\n".join(kept)

    page.clock.install()
    with nginx(app, tmp_path, without) as url:
        page.goto(url)
        page.clock.fast_forward("01:00")
        expect(page.get_by_role("alert")).to_contain_text("WebSocket", timeout=WARM)

"""From `streamlit run` to the first painted heading, against a page that only has a heading.

Both servers are started in turn, several times, each seen by a fresh tab of a real browser.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ROOT, find_chromium, free_port

TIMES = 5


def listening(port: int) -> bool:
    """Whether a server takes connections."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def painted(browser: Browser, script: Path) -> float:
    """Seconds from starting the server to the heading on the screen."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    command += ["--server.headless=true"]
    page = browser.new_context().new_page()
    began = time.perf_counter()
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not listening(port):
            time.sleep(0.01)
        page.goto(f"http://localhost:{port}", wait_until="commit")
        page.wait_for_selector("h1", timeout=60_000)
        return time.perf_counter() - began
    finally:
        page.context.close()
        server.terminate()
        server.wait()


def main() -> None:
    """Print both medians and their ratio."""
    path = find_chromium()
    if path is None:
        print("no Chromium on this machine: start-up was not measured")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bare = Path(folder) / "bare.py"
        bare.write_text("import streamlit as st\n\nst.title('Bare')\n", encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        ours, plain = [], []
        for number in range(TIMES + 1):
            first, second = painted(browser, ROOT / "app.py"), painted(browser, bare)
            if number:  # the first pair warms the disk
                ours.append(first)
                plain.append(second)
        browser.close()
    print(
        f"first heading: DigitScope {median(ours):.2f} s, bare page {median(plain):.2f} s, "
        f"ratio {median(ours) / median(plain):.2f} (load {os.getloadavg()[0]:.1f})"
    )


if __name__ == "__main__":
    main()

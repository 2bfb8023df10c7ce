"""The server of `bench_classroom`: its processes can be killed, and it comes back."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from websockets.exceptions import WebSocketException

from tests.benchmarks.bench_load import processes
from tests.browser.conftest import ROOT, free_port, wait_until_healthy
from tests.postgres import Postgres

AWAY = (OSError, urllib.error.URLError, WebSocketException)
PATIENCE = 120.0
"""Seconds in which everything that was killed must be back."""
KILLED = {
    "server": ("server",),
    "engine": ("scheduler",),
    "worker": ("answering worker", "training worker"),
    "database": ("database",),
}
"""What `--kill` can name, and which processes that is; "database" has the class on PostgreSQL."""


class Server:
    """The app with a class, always at the same address.

    Args:
        postgres: where the class is kept; None: in SQLite.
    """

    def __init__(self, postgres: Postgres | None = None) -> None:
        self.postgres = postgres
        self.folder = Path(tempfile.mkdtemp(prefix="digitscope-bench-"))
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.kills: list[float] = []  # moments
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        script = ROOT / "tests" / "benchmarks" / "class_app.py"
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        command += ["--server.headless=true", f"--server.port={self.port}"]
        environment = os.environ | {"DIGITSCOPE_CACHE": str(self.folder)}
        if self.postgres is not None:
            environment["DIGITSCOPE_DATABASE"] = self.postgres.url
        with (self.folder / "log").open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=out, stderr=out, env=environment
            )
        wait_until_healthy(self.process, self.url)

    def wait_until_warm(self) -> None:
        """Wait until all its processes are there."""
        for what in KILLED["worker"]:
            self._found(what)

    def kill(self, what: str) -> None:
        """Kill a process (kill -9). Server and database are started again at once."""
        if what == "server":
            self.kills.append(time.monotonic())
            self.process.kill()
            self.process.wait(20)
            self.start()
        elif what == "database":
            assert self.postgres is not None
            self.kills.append(time.monotonic())
            self.postgres.stop(signal.SIGKILL)
            self.postgres.start()
        else:
            process = self._found(what)
            self.kills.append(time.monotonic())
            process.kill()

    def _found(self, what: str) -> psutil.Process:
        until = time.monotonic() + PATIENCE
        while what not in (found := self._processes()):
            assert time.monotonic() < until, f"there is no {what}"
            time.sleep(0.2)
        return found[what]

    def _processes(self) -> dict[str, psutil.Process]:
        try:
            return processes(psutil.Process(self.process.pid))
        except psutil.Error:  # one has ended meanwhile
            return {}

    def memory(self) -> dict[str, float]:
        """Megabytes of each process; nothing while one of them is missing."""
        try:
            found = {name: p.memory_info().rss / 1e6 for name, p in self._processes().items()}
        except psutil.Error:
            return {}
        return found if {"scheduler", "training worker", "answering worker"} <= set(found) else {}

    async def asked(self, path: str, **query: str) -> dict[str, Any]:
        """What a route answers; asked again while the server or its database is away."""

        def read() -> dict[str, Any]:
            address = f"{self.url}/{path}?{urllib.parse.urlencode(query)}"
            with urllib.request.urlopen(address, timeout=60) as answer:
                found: dict[str, Any] = json.loads(answer.read())
                return found

        until = time.monotonic() + PATIENCE
        while True:
            try:
                return await asyncio.to_thread(read)
            except AWAY:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.25)

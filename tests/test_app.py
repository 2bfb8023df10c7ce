"""The entry in a real server: `streamlit run app.py`, as people start it."""

import asyncio
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import streamlit as st

from model.data import mnist
from tests.benchmarks.student import Student
from tests.browser.conftest import ROOT, end_server, start_server
from tests.waiting import wait_until
from ui.frame.doors.unsent import keep_unsent

pytestmark = pytest.mark.slow

PROBE = """
import json, os, signal

def tell(*_):
    from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
    from threadpoolctl import threadpool_info
    told = {"pools": threadpool_info(), "clear": ForwardMsgQueue.clear.__module__}
    with open(os.environ["TOLD_PIPE"], "w") as pipe:
        json.dump(told, pipe)

signal.signal(signal.SIGUSR1, tell)
"""
"""Python runs this file at its start: at a signal, the server itself says what threads it has, and
by what it clears what is unsent."""


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, subprocess.Popen]]:
    (tmp_path / "sitecustomize.py").write_text(PROBE, encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TOLD_PIPE", str(tmp_path / "pipe"))
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    url, server = start_server(ROOT / "app.py", tmp_path / "log.txt")
    yield url, server
    end_server(server, tmp_path / "log.txt")


def blas(pools: list[dict]) -> dict[str, int]:
    """The libraries for products of matrices that a process has loaded, and their threads."""
    return {pool["filepath"]: pool["num_threads"] for pool in pools if pool["user_api"] == "blas"}


def told_by(server: subprocess.Popen) -> dict:
    pipe = os.open(os.environ["TOLD_PIPE"], os.O_RDONLY | os.O_NONBLOCK)
    server.send_signal(signal.SIGUSR1)
    assert select.select([pipe], [], [], 60)[0], "the server did not answer the signal"
    os.set_blocking(pipe, True)
    with os.fdopen(pipe) as answer:
        return json.load(answer)


def test_a_product_in_the_pages_process_wakes_no_other_core(server, tmp_path: Path) -> None:
    url, process = server
    program = (
        "import json, numpy, threadpoolctl; print(json.dumps(threadpoolctl.threadpool_info()))"
    )
    usual = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    if max(blas(json.loads(usual.stdout)).values(), default=1) == 1:
        pytest.skip("NumPy has one thread on this machine anyway: nothing could be told apart")

    async def draw_once() -> None:
        student = await Student.come(
            url, tmp_path / "log.txt"
        )  # until a drawing is answered: all is imported then
        await student.leave()

    asyncio.run(draw_once())
    threads = blas(told_by(process)["pools"])
    assert any("numpy" in library for library in threads)
    assert set(threads.values()) == {1}, threads


def test_the_queue_of_every_session_keeps_what_is_unsent(server) -> None:
    _, process = server
    assert told_by(process)["clear"] == keep_unsent.__module__


def test_it_runs_anywhere_and_for_this_machine_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder with spaces and other scripts in its name, from another one, without a home."""
    there = tmp_path / "ä 数 字"
    for name in ("model", "ui", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, there / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", there)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(there / "मेरा cache"))
    log = tmp_path / "log.txt"
    url, server = start_server(there / "app.py", log, folder=Path("/"))

    async def draw_once() -> int:
        student = await Student.come(url, log)
        await student.leave()
        return student.faults

    try:
        assert asyncio.run(draw_once()) == 0
        main = psutil.Process(server.pid)
        listening = {
            connection.laddr.ip
            for process in (main, *main.children(recursive=True))
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
        assert (there / "मेरा cache" / mnist.PARSED).exists()
    finally:
        end_server(server, log)


def test_the_engine_starts_before_any_visitor_and_ends_with_the_server(server) -> None:
    _, process = server
    engine: list[psutil.Process] = []

    def started() -> bool:
        engine[:] = psutil.Process(process.pid).children(recursive=True)
        return any("model.engine.server" in child.cmdline() for child in engine)

    wait_until(started, 60, "an engine has started")
    process.terminate()
    process.wait(20)
    _, left = psutil.wait_procs(engine, timeout=20)
    assert not left


def test_it_ends_though_a_browser_does_not_read_on(server) -> None:
    url, process = server
    static = Path(st.__file__).parent / "static"
    largest = max(static.rglob("*.js"), key=lambda each: each.stat().st_size)
    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port)) as browser:
        browser.sendall(f"GET /{largest.relative_to(static)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert browser.recv(12) == b"HTTP/1.1 200"
        process.terminate()
        process.wait(40)

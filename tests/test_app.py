"""The entry in a real server: `streamlit run app.py`, as people start it."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.benchmarks.student import Student
from tests.browser.conftest import ROOT, end_server, start_server

pytestmark = pytest.mark.slow

PROBE = """
import json, os, signal

def tell(*_):
    from threadpoolctl import threadpool_info
    with open(os.environ["THREADS_PIPE"], "w") as pipe:
        json.dump(threadpool_info(), pipe)

signal.signal(signal.SIGUSR1, tell)
"""
"""Python runs this file at its start: at a signal, the server itself says what threads it has."""


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, subprocess.Popen]]:
    (tmp_path / "sitecustomize.py").write_text(PROBE, encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("THREADS_PIPE", str(tmp_path / "pipe"))
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    url, server = start_server(ROOT / "app.py", tmp_path / "log.txt")
    yield url, server
    end_server(server, tmp_path / "log.txt")


def blas(pools: list[dict]) -> dict[str, int]:
    """The libraries for products of matrices that a process has loaded, and their threads."""
    return {pool["filepath"]: pool["num_threads"] for pool in pools if pool["user_api"] == "blas"}


def blas_of(server: subprocess.Popen) -> dict[str, int]:
    pipe = os.open(os.environ["THREADS_PIPE"], os.O_RDONLY | os.O_NONBLOCK)
    server.send_signal(signal.SIGUSR1)
    assert select.select([pipe], [], [], 60)[0], "the server did not answer the signal"
    os.set_blocking(pipe, True)
    with os.fdopen(pipe) as answer:
        return blas(json.load(answer))


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
    threads = blas_of(process)
    assert any("numpy" in library for library in threads)
    assert set(threads.values()) == {1}, threads


def test_the_engine_starts_before_any_visitor_and_ends_with_the_server(server) -> None:
    _, process = server
    until = time.monotonic() + 60
    engine: list[psutil.Process] = []
    while not any("model.engine.server" in child.cmdline() for child in engine):
        assert time.monotonic() < until, "no engine has started"
        engine = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.05)
    process.terminate()
    process.wait(20)
    _, left = psutil.wait_procs(engine, timeout=20)
    assert not left

"""Tests keep their files away from the user's: runs and parsed data go to a folder of their own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.engine import InlineEngine, using_engine
from tests.quick_pages import hasten_pages

CACHE = tempfile.mkdtemp(prefix="digitscope-tests-")
os.environ["DIGITSCOPE_CACHE"] = CACHE  # the servers and workers that tests start inherit it
# As the app's processes have it, before NumPy is imported: on a busy machine a product of matrices
# waits for threads that wait busily themselves.
os.environ["OPENBLAS_NUM_THREADS"] = "1"


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(CACHE, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def quick_pages() -> Iterator[None]:
    """Pages under test do not wait for what the app's server does once or never."""
    with pytest.MonkeyPatch.context() as patch:
        hasten_pages(patch)
        yield


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, with the parsed digits in it."""
    from model.data import cache, mnist

    mnist.embedded()
    file = cache.cache_folder() / mnist.PARSED
    if not file.exists():  # they were read while the disk of a test took no files
        mnist._embedded.cache_clear()
        mnist.embedded()
    parsed = file.read_bytes()
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    (tmp_path / mnist.PARSED).write_bytes(parsed)
    return tmp_path


@pytest.fixture
def inline_engine() -> Iterator[InlineEngine]:
    """An engine in the test's own process, in place of the app's workers."""
    with using_engine(InlineEngine()) as engine:
        yield engine


@pytest.fixture
def closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that sends whoever sent junk away without a wait."""
    monkeypatch.setattr("ui.state.connections.sockets.PENALTY_SECONDS", 0.0)

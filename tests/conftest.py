"""Tests keep their files away from the user's: runs and parsed data go to a folder of their own."""

import os
import shutil
import tempfile

import pytest

CACHE = tempfile.mkdtemp(prefix="digitscope-tests-")
os.environ["DIGITSCOPE_CACHE"] = CACHE  # the servers and workers that tests start inherit it


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(CACHE, ignore_errors=True)

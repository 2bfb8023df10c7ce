"""Modules of `ui` remember the functions that they import by name, for good.

So all of them are imported before the first test: what a test puts in the place of a function is
then never what a module goes on with after that test.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import ui
from model.engine import InlineEngine, using_engine

for module in pkgutil.walk_packages(ui.__path__, "ui."):
    if module.name != "ui.frame.menu":  # the main script, which nobody imports
        importlib.import_module(module.name)


@pytest.fixture
def own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Classes of this test alone, and an engine that never becomes ready."""
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    with using_engine(InlineEngine("starting")):
        yield

"""The walls of the house: which part may import what. Read from the source, so nothing is run."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = sorted((ROOT / "model").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
UI = sorted((ROOT / "ui").rglob("*.py"))
ENTRY = sorted(ROOT.glob("*.py"))


def imported(source: str) -> set[str]:
    """The top-level packages that a program imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def modules_imported(source: str) -> set[str]:
    """The modules that a program imports by their whole name, also inside functions."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    return plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}


def spells_session_state(source: str) -> bool:
    """Whether a program names `session_state`, as an attribute, a variable or an import."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "session_state")
        or (isinstance(node, ast.Name) and node.id == "session_state")
        or (isinstance(node, ast.alias) and node.name == "session_state")
        for node in ast.walk(ast.parse(source))
    )


def breaches(files: list[Path], forbidden: set[str]) -> dict[str, set[str]]:
    """The forbidden packages that each file imports, for the files that do."""
    found = {
        str(file.relative_to(ROOT)): imported(file.read_text(encoding="utf-8")) & forbidden
        for file in files
    }
    return {file: names for file, names in found.items() if names}


def test_the_reader_finds_imports_wherever_they_stand() -> None:
    source = """
import numpy as np, tensorflow.keras
def later():
    from keras.layers import Dense
# import streamlit
text = "import dask"
"""
    assert imported(source) == {"numpy", "tensorflow", "keras"}
    assert spells_session_state("import streamlit as st\nst.session_state['a'] = 1")
    assert spells_session_state("from streamlit import session_state as s")
    assert not spells_session_state("# st.session_state is for ui/session.py")


def test_model_knows_nothing_above_it() -> None:
    assert len(MODEL) > 3
    assert not breaches(MODEL, {"streamlit", "ui", "pages", "app"})


def test_what_is_on_screen_knows_no_network_library() -> None:
    libraries = {"keras", "tensorflow", "dask", "distributed"}
    assert not breaches(ENTRY + PAGES + UI, libraries)


def test_ui_knows_nothing_above_it() -> None:
    assert not breaches(UI, {"pages", "app"})


@pytest.mark.parametrize("files", [MODEL, UI], ids=["model", "ui"])
def test_no_modules_import_each_other_in_a_circle(files: list[Path]) -> None:
    """Not inside of functions either: what needs each other is one thing, or hides a third."""
    imports = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"):
        modules_imported(file.read_text(encoding="utf-8"))
        for file in files
    }  # fmt: skip
    order = list(TopologicalSorter(imports).static_order())  # raises CycleError, which names it
    assert set(imports) <= set(order)


def test_only_the_engine_knows_dask() -> None:
    engine = [file for file in MODEL if file.stem.startswith("engine")]
    others = [file for file in MODEL if file not in engine]
    assert breaches(engine, {"dask", "distributed"})
    assert not breaches(others, {"dask", "distributed"})


def test_only_the_session_module_spells_session_state() -> None:
    files = [file for file in ENTRY + PAGES + UI + MODEL if file != ROOT / "ui" / "session.py"]
    assert not [
        str(file.relative_to(ROOT))
        for file in files
        if spells_session_state(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("library", ["tensorflow", "streamlit"])
def test_importing_all_of_model_loads_no(library: str) -> None:
    names = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in MODEL
        if file.stem != "__init__"
    ]
    program = "\n".join([f"import {name}" for name in names])
    program += "\nimport sys; print(*sorted(name.partition('.')[0] for name in sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    loaded = set(result.stdout.split())
    assert "model" in loaded
    assert library not in loaded
    assert not loaded & {"keras", "tensorflow"}

"""The walls of the house: which part may import what. Read from the source, so nothing is run."""

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODEL = sorted((ROOT / "model").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
UI = sorted((ROOT / "ui").rglob("*.py"))
ENTRY = sorted(ROOT.glob("*.py"))

FLOORS = {
    "model": (
        ("files",),
        ("network", "data"),
        ("preprocessing", "training", "interpretability"),
        ("synthesis", "engine"),
        ("evaluation", "runs", "classroom"),
        ("experiments",),
        ("predict", "train", "train_detector", "experiment"),
    ),
    "ui": (
        ("locale",),
        ("style", "state"),
        ("components",),
        ("frame", "digit"),
        ("stage", "draw", "train", "inside", "judge", "experiment", "classroom"),
    ),
}
"""The wings of `model` and of `ui`, floor by floor: each imports only from the floors below it.

So wings of one floor never import each other: not the pages of two sections of the menu either.
"""
MOST_FILES = 16
"""Of code in one folder: with more it no longer shows its order."""


@cache
def import_nodes(source: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """The imports of a program, also inside functions. Many tests ask; reading takes longest."""
    nodes = ast.walk(ast.parse(source))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def imported(source: str) -> set[str]:
    """The top-level packages that a program imports, also inside functions."""
    names: set[str] = set()
    for node in import_nodes(source):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif node.level == 0 and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def modules_imported(source: str) -> set[str]:
    """The modules that a program imports by their whole name, also inside functions.

    Of `from a import b` both `a` and `a.b` are named: b may be a module.
    """
    names = set()
    for node in import_nodes(source):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def wing_of(parts: tuple[str, ...]) -> str | None:
    """The wing of a module, "network" for ("model", "network", "forward"); None above all wings."""
    return parts[1] if len(parts) > 1 and parts[1] != "__init__" else None


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
    assert not spells_session_state("# st.session_state is for ui/state/session.py")


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
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(
            ".__init__"
        ): modules_imported(file.read_text(encoding="utf-8"))
        for file in files
    }
    for name, names in imports.items():
        # A package's own files are imported by it, and say `from package import file` of others.
        imports[name] = {other for other in names if other in imports and other != name}
    order = list(TopologicalSorter(imports).static_order())  # raises CycleError, which names it
    assert set(imports) <= set(order)


@pytest.mark.parametrize(("part", "files"), [("model", MODEL), ("ui", UI)], ids=["model", "ui"])
def test_wings_import_only_from_the_floors_below(part: str, files: list[Path]) -> None:
    floor = {wing: number for number, wings in enumerate(FLOORS[part]) for wing in wings}
    breaches = []
    for file in files:
        wing = wing_of(file.relative_to(ROOT).with_suffix("").parts)
        if wing is None:
            continue  # the part's own __init__
        assert wing in floor, f"{file} stands in no wing of the table"
        for name in modules_imported(file.read_text(encoding="utf-8")):
            other = wing_of(tuple(name.split(".")))
            if name.split(".")[0] == part and other not in (None, wing):
                assert other in floor, f"{file} imports {name}, which is in no wing of the table"
                if floor[other] >= floor[wing]:
                    breaches.append(f"{file.relative_to(ROOT)} imports {name}")
    assert not breaches


@pytest.mark.parametrize("part", ["model", "ui"])
def test_no_folder_holds_more_files_than_show_their_order(part: str) -> None:
    code = [file for file in (ROOT / part).rglob("*") if file.suffix in {".py", ".js", ".css"}]
    counts = Counter(file.parent for file in code)
    assert counts
    assert not {folder: count for folder, count in counts.items() if count > MOST_FILES}


def test_components_know_no_network() -> None:
    """They show numbers and words; what these stand for is the business of pages."""
    components = [file for file in UI if "components" in file.parts]
    assert len(components) > 5
    assert not breaches(components, {"model"})


def test_only_the_engine_knows_dask() -> None:
    engine = [file for file in MODEL if file.parent.name == "engine"]
    others = [file for file in MODEL if file not in engine]
    assert breaches(engine, {"dask", "distributed"})
    assert not breaches(others, {"dask", "distributed"})


def test_pages_ask_through_the_state_and_know_no_engine() -> None:
    """Readiness, faults and what was asked before are known in one place: `ui.state.ask`."""
    state, chips = ROOT / "ui" / "state", ROOT / "ui" / "frame" / "chips.py"
    knowing = {
        file
        for file in PAGES + UI
        if any(
            name == "model.engine" or name.startswith("model.engine.")
            for name in modules_imported(file.read_text(encoding="utf-8"))
        )
    }
    assert state / "ask.py" in knowing
    assert not {file for file in knowing if state not in file.parents and file != chips}


def test_only_the_session_module_spells_session_state() -> None:
    files = [
        file for file in ENTRY + PAGES + UI + MODEL if file != ROOT / "ui" / "state" / "session.py"
    ]
    assert not [
        str(file.relative_to(ROOT))
        for file in files
        if spells_session_state(file.read_text(encoding="utf-8"))
    ]


def test_importing_all_of_model_loads_no_tensorflow_and_no_streamlit() -> None:
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
    assert not loaded & {"keras", "tensorflow", "streamlit"}


def test_no_page_under_test_has_only_streamlit_s_three_seconds() -> None:
    """On a busy machine a script takes longer, and the test would fail for nothing."""
    hurried = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("from_function", "from_file", "from_string")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "AppTest"
        and "default_timeout" not in {keyword.arg for keyword in node.keywords}
    ]
    assert not hurried

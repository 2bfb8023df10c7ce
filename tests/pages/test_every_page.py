import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from ui.state.pages import ENTRIES, MENU, PageName

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> dict:
    script = ROOT / "tests" / "pages" / "visit_all.py"
    done = subprocess.run(
        [sys.executable, "-m", "tests.pages.visit_all"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{script.name} failed:\n{done.stderr[-3000:]}"
    return json.loads(done.stdout.splitlines()[-1])


def test_every_page_opens_cold_and_warm_without_a_fault(visit: dict) -> None:
    scripts = list((ROOT / "pages").glob("*/*.py"))
    assert len(visit["pages"]) == 2 * len(scripts) >= 10
    for name, page in visit["pages"].items():
        assert not page["exceptions"], f"{name}: {page['exceptions']}"
        assert not page["errors"], f"{name}: {page['errors']}"
        assert len(page["title"]) == 1, f"{name} has the titles {page['title']}"


def test_every_page_in_chinese_says_no_sentence_in_english(visit: dict) -> None:
    chinese = {name: page for name, page in visit["pages"].items() if name.endswith("warm")}
    assert min(page["said"] for page in chinese.values()) > 5
    assert {name: page["english"] for name, page in chinese.items() if page["english"]} == {}


def test_the_pages_process_never_loads_tensorflow(visit: dict) -> None:
    assert visit["engine"] == "ready"
    assert visit["heavy"] == []


def test_the_menu_shows_every_page_once() -> None:
    scripts = [entry.script for entries in MENU.values() for entry in entries]
    assert sorted(scripts) == sorted((ROOT / "pages").glob("*/*.py"))
    assert set(get_args(PageName)) == set(ENTRIES)


def test_no_folder_pages_stands_beside_the_main_script() -> None:
    """Streamlit would take it for a menu, and open a server's first deep link with a dialog."""
    assert not (ROOT / "ui" / "frame" / "pages").exists()


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*/*.py")), ids=lambda p: p.stem)
def test_a_page_is_as_short_as_a_lesson(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 100

"""Addresses that nobody means well with, on every page: no fault, and nothing of them as markup."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from model.engine import InlineEngine, using_engine
from ui.state.properties import FLIP, LAYER, OFF, RUN, STEPS_OFF, TABLE, Property

ROOT = Path(__file__).resolve().parents[2]
MENU = ROOT / "ui" / "frame" / "menu.py"
SCRIPTS = sorted((ROOT / "pages").glob("*/*.py"))
SECONDS = 20.0
"""Of this process' own time for one visit; they take less than one."""
MARK = "<script>alert(7)</script>"
WILD = {
    "long": "x" * 9_000,  # Streamlit drops an address of more than 524,288 characters
    "commas": "," * 3_000,
    "traversal": "../../../../etc/passwd",
    "markup": f'"><img src=x onerror=alert(7)>{MARK} **bold** [link](javascript:alert(7))',
    "other digits": "१२३",
    "other scripts": "数字 عربي 👩‍🏫",
    "control characters": "\x00\x01\x1b[31m\u202e\ufeff",
    "negative": "-1",
    "large": "99999",
    "a number that is none": "NaN",
    "pairs": "conv1.99999,conv9.1,.,..,a.b.c",
    "an id": "A" * 16,
}
LONG = {
    RUN: ",".join(f"{number:016}" for number in range(5_000)),
    OFF: ",".join(f"conv1.{number}" for number in range(9_000)),
    FLIP: ",".join(f"{number // 28}.{number % 28}" for number in range(18_000)),
    STEPS_OFF: ",".join(f"crop{number}" for number in range(9_000)),
    LAYER: "conv1" * 20_000,
}
"""100 kB in one parameter."""
ALL = "DIGITSCOPE_JUNK" in os.environ
"""Every text on every page; else each page gets three, and each text some pages."""
VISITS = [
    (script, name)
    for place, script in enumerate(SCRIPTS)
    for number, name in enumerate(WILD)
    if ALL or (place + number) % (len(WILD) // 3) == 0
]


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[None]:
    with using_engine(InlineEngine("starting")):
        yield


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error, app.info, app.warning, app.header, app.toast)
    return "\n".join(
        [element.value for kind in kinds for element in kind]
        + [element.proto.body for element in app.get("html")]
    )


def visit(script: Path, address: dict[str, str]) -> AppTest:
    """Open a page at an address; nothing of it may come out as a fault, or as markup."""
    app = AppTest.from_file(str(MENU), default_timeout=120)
    app.run()
    app.switch_page(str(script))
    for parameter, text in address.items():
        app.query_params[parameter] = text
    began = time.process_time()
    app.run()
    assert time.process_time() - began < SECONDS
    assert not app.exception
    assert len(app.title) == 1
    assert MARK not in texts(app)
    assert "x" * 100 not in texts(app)
    return app


@pytest.mark.parametrize(("script", "name"), VISITS, ids=lambda each: getattr(each, "stem", each))
def test_a_page_opens_whatever_its_address_says(script: Path, name: str) -> None:
    app = visit(script, dict.fromkeys((*TABLE, "stranger"), WILD[name]))
    assert app.query_params["stranger"] == WILD[name]  # it did arrive


@pytest.mark.parametrize("what", LONG, ids=lambda what: what.name)
def test_a_page_opens_at_a_long_address(what: Property[Any]) -> None:
    for script in SCRIPTS if ALL else [each for each in SCRIPTS if what.told_on(each.stem)][:2]:
        visit(script, {what.name: LONG[what]})

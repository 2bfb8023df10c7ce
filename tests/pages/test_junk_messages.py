"""Junk that a browser sends in the name of a page's components: the page runs, and shows no fault.

What a component makes of a message is tested with the component; here the whole page has it. With
DIGITSCOPE_JUNK the engine answers, so that all components are on their pages, and each gets many
messages; without it the pages have what they show while the engine starts.
"""

import base64
import json
import os
from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from model.data.mnist import embedded
from model.engine import InlineEngine, using_engine
from tests.junk import junk_message
from ui.frame.doors.incoming import checked
from ui.locale.sentence import Sentence
from ui.state.pages import ENTRIES, SCRIPTS, PageName
from ui.state.session import ChosenDigit, Session

MENU = SCRIPTS.parent / "ui" / "frame" / "menu.py"
ALL = "DIGITSCOPE_JUNK" in os.environ
ROUNDS = 20 if ALL else 2
SAID = {
    "drawing": {"ink": "AQ==", "finished": True, "strokes": 1},
    "clicked": [0, 3, 3],
    "picked": [1, 2],
    "off": {"off": ["grey"]},
    "opened": {"column": 0, "panel": 0, "channel": 0},
    "place": {"layer": "conv1", "channel": 3, "row": 4, "column": 5},
    "missing": 4,
    "train": 1,
    "open": {"layer": "conv1", "channel": 1},
    "drawn": 2,
    "go": {"name": "draw", "query": {"run": "a"}},
    "pick": 3,
    "again": 1,
}
"""By the names that our components use: a message such as they send, to be damaged."""


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[None]:
    with using_engine(InlineEngine() if ALL else InlineEngine("starting")):
        yield


def junk_from(app: AppTest, chance: np.random.Generator) -> WidgetStates:
    """What a browser with this page would send, with junk from each component of ours."""
    message = BackMsg()
    states = message.rerun_script.widget_states
    states.CopyFrom(app._tree.get_widget_states())
    for element in app.get("bidi_component"):
        said = {name: junk_message(good, chance) for name, good in SAID.items()}
        state = states.widgets.add(id=element.proto.id)
        state.json_value = json.dumps(said)
        trigger = states.widgets.add(id=_make_trigger_id(element.proto.id, "events"))
        events = [{"event": name, "value": value} for name, value in said.items()]
        trigger.json_trigger_value = json.dumps(junk_message(events, chance))
    through = BackMsg()
    through.ParseFromString(checked(message.SerializeToString()))
    return through.rerun_script.widget_states


@pytest.mark.parametrize("name", ENTRIES)
def test_a_page_runs_whatever_its_components_say(name: PageName) -> None:
    chance = np.random.default_rng(5)
    app = AppTest.from_file(str(MENU), default_timeout=120)
    app.session_state["session"] = Session(
        digit=ChosenDigit(embedded().test.inputs()[3], Sentence("test digit 3"), 1)
    )
    app.run()
    app.switch_page(str(ENTRIES[name].script)).run()
    assert not app.exception
    for _ in range(ROUNDS):
        app._run(junk_from(app, chance))
        assert not app.exception, app.exception[0].value
        assert len(app.title) == 1


def test_junk_arrives_at_a_component_of_a_whole_page() -> None:
    """What this file sends is heard: a sheet that is right is what the page has afterwards."""
    app = AppTest.from_file(str(MENU), default_timeout=120)
    app.run()
    app.switch_page(str(ENTRIES["draw"].script)).run()
    (sheet,) = (e.proto for e in app.get("bidi_component") if "canvas" in e.proto.component_name)
    states = app._tree.get_widget_states()
    ink = base64.b64encode(bytes((255, 255)) * 27 + bytes((171, 255))).decode()
    states.widgets.add(id=sheet.id).json_value = json.dumps(
        {"drawing": {"ink": ink, "finished": True, "strokes": 1}}
    )
    app._run(states)
    assert app.session_state["sheet"]["drawing"]["strokes"] == 1

"""What a browser sends to a page is something that Streamlit can open."""

import json
import os
import time

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.junk import junk_value, mutated, nested
from ui.frame.doors.incoming import DEEPEST, checked

JUNK = int(os.environ.get("DIGITSCOPE_JUNK", "300"))
SECONDS = 0.02
"""Of this process' own time for a message, in the mean."""


def said(text: str, field: str = "json_value") -> bytes:
    """A message in which a component says this."""
    message = BackMsg()
    message.rerun_script.page_name = "draw"
    state = message.rerun_script.widget_states.widgets.add()
    state.id = "a component"
    setattr(state, field, text)
    return message.SerializeToString()


def heard(raw: bytes, field: str = "json_value") -> str:
    message = BackMsg()
    message.ParseFromString(checked(raw))
    assert message.rerun_script.page_name == "draw"
    (state,) = message.rerun_script.widget_states.widgets
    text: str = getattr(state, field)
    return text


@pytest.mark.parametrize("field", ["json_value", "json_trigger_value"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 5_000 + "]" * 5_000,
        '{"drawing": ' + "[" * 500 + "]" * 500 + "}",
        json.dumps(nested(DEEPEST + 1)),
        "1" * 5_000,
        "{{{",
        "",
    ],
    ids=lambda text: text[:12],
)
def test_what_cannot_be_opened_is_nothing(text: str, field: str) -> None:
    assert heard(said(text, field), field) == "null"


@pytest.mark.parametrize("text", ['{"drawing": {"ink": "AQ=="}}', "null", "[1, [2, [3]]]", "NaN"])
def test_what_a_component_says_stays_as_it_is(text: str) -> None:
    assert checked(said(text)) == said(text)


def test_whatever_is_sent_can_be_opened_or_is_no_message() -> None:
    chance = np.random.default_rng(3)
    began, refused = time.process_time(), 0
    for _ in range(JUNK):
        raw = said(json.dumps(junk_value(chance)))
        json.loads(heard(raw))
        try:
            BackMsg().ParseFromString(checked(mutated(raw, chance)))
        except ValueError:
            refused += 1
    assert 0 < refused < JUNK
    assert time.process_time() - began < SECONDS * JUNK

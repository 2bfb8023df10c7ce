"""One story on each page, told in Chinese: no screen of it says anything in English.

`visit_all` reads the pages as they open. Here a student does what is done there first, and after
each step all is read that the page says by then: answers, measurements, refusals. What only a
browser can do is told in `tests/browser/test_language.py`.
"""

from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from gettext import NullTranslations
from typing import Any

import numpy as np
import pytest
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.testing.v1 import AppTest

import ui.locale
from model.classroom.digits.handwriting import bring
from model.classroom.lifecycle import class_of_teacher, open_class
from model.classroom.view import view_class
from model.data import mnist
from model.engine import InlineEngine, using_engine
from model.evaluation.corruptions import Corruption
from model.experiments.leak import EXPERIMENT, LeakSettings
from model.interpretability.attribution import AttributionMethod
from model.network import NetworkConfig
from model.network.weights_file import network_to_bytes
from model.runs import RunPhase
from tests.networks import random_network
from tests.pages.said import english_sentences, left_in_english, texts, walk
from tests.pages.test_draw import ink, photo
from ui.classroom.handwriting.page import TABS as HANDWRITING
from ui.digit import test_digits
from ui.experiment import leak
from ui.experiment.leak_own import game_inputs
from ui.locale import say, speaking
from ui.state.classroom.store import database
from ui.state.pages import ENTRIES, SCRIPTS, PageName
from ui.state.session import runs, studies

MENU = SCRIPTS.parent / "ui" / "frame" / "menu.py"
CHINESE = "zh_Hans"

Step = Callable[[AppTest], None]
"""What a student does; afterwards the page runs."""


# ---- what can be done on a page ----


def elements(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from elements(child)


def press(key: str) -> Step:
    """Press a button."""
    return lambda app: widget(app, key).click()


def choose(key: str, value: object) -> Step:
    """Set a widget: an option by its own name, a number, a text, a switch."""
    return lambda app: widget(app, key).set_value(value)


def widget(app: AppTest, key: str) -> Any:
    """The widget with a key, which may have a star for what changes in it."""
    return next(each for each in elements(app._tree) if fnmatch(str(each.key or ""), key))


def tell(key: str, **said: object) -> Step:
    """Let a component of ours say something, as its script would."""

    def step(app: AppTest) -> None:
        there = (str(user_key_from_element_id(e.proto.id)) for e in app.get("bidi_component"))
        app.session_state[next(each for each in there if fnmatch(each, key))] = said

    return step


def open_tab(key: str, title: str) -> Step:
    def step(app: AppTest) -> None:
        app.session_state[key] = say(title)

    return step


def join_with(code: Callable[[], str]) -> Step:
    def step(app: AppTest) -> None:
        widget(app, "class_code").set_value(code())
        widget(app, "join_class").click()  # a form: both at once

    return step


def a_class() -> tuple[str, str]:
    """A class in Chinese with some digits; its teacher's key and its code."""
    key = open_class(database(), CHINESE).teacher_key
    class_id = class_of_teacher(database(), key)
    assert class_id is not None
    bring(database(), class_id, mnist.embedded().test.take(np.arange(0, 500, 8)), [False] * 63)
    view = view_class(database(), class_id)
    assert view is not None
    return key, view.code


def teach_a_class(app: AppTest) -> None:
    app.query_params["teach"] = a_class()[0]


def upload(key: str, name: str, content: bytes) -> Step:
    def step(app: AppTest) -> None:
        app.file_uploader(key=key).upload(name, content)

    return step


def look(_: AppTest) -> None:
    """Do nothing: the page runs again, as it does by itself while something moves."""


def finished(app: AppTest) -> None:
    """Wait until all long work of this student has ended."""
    for work in app.session_state["session"].works.values():
        work.wait(60)
        assert not work.moving


def taught(app: AppTest) -> None:
    assert not app.session_state["session"].lesson.wait(60).moving


def trained(app: AppTest) -> None:
    run = runs().get(app.session_state["session"].run_ids[-1])
    assert run is not None
    assert run.wait(lambda state: state.phase is RunPhase.FINISHED, 60).epoch > 0


def stop(app: AppTest) -> None:
    """Press Stop, and wait until the training has ended."""
    press("stop")(app)
    app.run()
    run = runs().get(app.session_state["session"].run_ids[-1])
    assert run is not None
    run.wait_until_idle(60)


def played(_: AppTest) -> None:
    """Wait until the networks of the game about one's own digit have learned."""
    digit = test_digits.test_digit(int(TEST_DIGIT["digit"]))
    assert digit.label is not None
    study = studies().of(EXPERIMENT, GAME, game_inputs(digit, digit.label))
    study.wait(60)
    assert study.complete


# ---- the stories ----

SMALL = NetworkConfig((3,), dense_units=6)
SHORT, GAME = LeakSettings(seeds=1, updates=10), LeakSettings(updates=10, game=1)
TEST_DIGIT = {"digit": "3"}
STORIES: dict[PageName, tuple[dict[str, str], tuple[Step, ...]]] = {
    "stage": (
        {},
        (
            choose("stage_source", "Test digits"),
            press("stage_surprise"),
            choose("stage_source", "Upload"),
            upload("upload", "no.png", photo()[:60]),
            upload("upload", "one.png", photo()),
        ),
    ),
    "draw": (
        {},
        (
            tell("sheet", **ink(39)),
            choose("was_0", 7),
            press("teach"),
            taught,
            press("untaught"),
            tell("sheet", **ink(15, 55)),
            choose("source", "Upload"),
            upload("upload", "no.png", photo()[:60]),
            upload("upload", "one.png", photo()),
            choose("source", "Test digits"),
            press("draw_surprise"),
            choose("draw_wrong", True),
        ),
    ),
    "train": (
        {},
        (
            choose("setting_kernel", 5),  # too large for three convolutions
            choose("setting_convolutions", 1),
            choose("setting_filters_0", 3),
            choose("setting_units", 6),
            choose("setting_images_embedded", 200),
            choose("setting_shift", 2),
            choose("setting_patience", 50),
            choose("setting_optimizer", "momentum"),
            choose("setting_rate", 10.0),
            choose("setting_epochs", 2),
            press("start"),
            trained,
            press("ten_more"),
            stop,
            open_tab("train_1", "New run"),
            open_tab("train_1", "Compare"),
            press("pin"),
            press("pin"),
            press("delete"),
            press("undo"),
            open_tab("train_1", "Take along"),
            upload("import", "no.npz", b"no network"),
            upload("import", "other.npz", network_to_bytes(random_network(SMALL, 1))),
            press("use_import"),
        ),
    ),
    "network_view": (
        {},
        (
            tell("sheet", **ink(39)),
            tell("overview", opened={"column": 1, "panel": 0, "channel": 2}),
        ),
    ),
    "feature_maps": (
        TEST_DIGIT,
        (
            tell("maps_conv1_*", clicked=[5, 3, 4]),
            choose("activation_*", "before ReLU"),
            choose("layer_*", "pool1"),
            tell("maps_pool1_*", clicked=[1, 0, 0]),
            choose("map_order", "similarity"),
            choose("map_scale", "network"),
            choose("epoch_strip", True),
        ),
    ),
    "filters": (
        TEST_DIGIT,
        (
            choose("filters_layer_*", "conv2"),
            choose("filter_order", "similarity"),
            tell("filters_conv2_*", clicked=[4, 0, 0]),
            press("ascent*"),
            finished,
            choose("filter_epochs", True),
            open_tab("filters_tabs", "Made by hand"),
            choose("hand_made", "My own"),
            choose("own_1_1", 0.0),
        ),
    ),
    "arithmetic": (
        TEST_DIGIT,
        (
            tell("arithmetic_map_conv1_*", clicked=[0, 9, 11]),
            *(
                choose("arithmetic_layer_*", layer)
                for layer in ("pool1", "conv2", "flatten", "dense", "output")
            ),
            choose("arithmetic_playing", True),
        ),
    ),
    "what_if": (
        TEST_DIGIT,
        (
            tell("what_if_filters_conv1_*", clicked=[1, 0, 0]),
            press("what_if_keep"),
            open_tab("what_if_tabs", "Flip a pixel"),
            tell("what_if_pixels_*", clicked=[0, 14, 14]),
            choose("what_if_unseen", True),
            press("what_if_reset"),
        ),
    ),
    "evaluate": (
        {},
        (
            finished,
            tell("confusion_*", picked=[4, 9]),
            choose("gallery_kind", "Confidently wrong"),
            choose("gallery_kind", "Unsure"),
        ),
    ),
    "map": (
        TEST_DIGIT,
        (
            finished,
            tell("plane_PCA", picked=7),
            choose("map_kind", "t-SNE"),
            press("map_tsne*"),
            press("map_tsne_cancel"),
        ),
    ),
    "robustness": (
        TEST_DIGIT,
        (
            choose("robust_rotation_*", 40.0),
            open_tab("robustness_tabs", "1,000 digits"),
            press("robustness_start"),
            choose("robust_curve", Corruption.NOISE),
            open_tab("robustness_tabs", "Smallest change"),
            finished,
            open_tab("robustness_tabs", "Elsewhere"),
            press("elsewhere_start"),
            press("elsewhere_cancel"),
        ),
    ),
    "explain": (
        TEST_DIGIT,
        (
            *(choose("explain_method", str(method)) for method in AttributionMethod),
            choose("contrast_first_*", 4),
            choose("contrast_second_*", 4),
            choose("contrast_second_*", 9),
            choose("contrast_all", True),
        ),
    ),
    "trust": (
        TEST_DIGIT,
        (
            choose("trust_pictures", "random order"),
            choose("trust_method", str(AttributionMethod.OCCLUSION)),
            press("trust_many*"),
            press("trust_many_cancel"),
        ),
    ),
    "small": (
        {},
        (
            choose("small_slider", 0.4),
            press("small_guess"),
            *(choose("small_view", view) for view in ("Zeros", "Students", "Without a 3")),
            press("small_show"),
            press("small_run"),
            press("small_cancel"),
        ),
    ),
    "few": (
        {},
        (
            press("few_guess"),
            choose("few_view", "The law behind it"),
            tell("own_ten_grid", clicked=[3, 0, 0]),
            press("few_run"),
            press("few_cancel"),
        ),
    ),
    "elsewhere": (
        {},
        (
            press("elsewhere_guess"),
            choose("elsewhere_view", "Without labels"),
            choose("elsewhere_how", "probe"),
            choose("elsewhere_view", "Which way is up?"),
            choose("elsewhere_view", "Your network"),
            press("elsewhere_run"),
            press("elsewhere_cancel"),
        ),
    ),
    "leak": (
        TEST_DIGIT,
        (
            press("leak_guess"),
            press("leak_run"),
            press("leak_cancel"),
            *(choose("leak_view", view) for view in ("False alarms", "What helps", "The price")),
            press("leak_game_play"),
            played,
            press("leak_game_bet"),
            choose("leak_own", "The picture in the gradient"),
            choose("leak_own", "The picture of a class"),
        ),
    ),
    "why": (
        {},
        (
            choose("why_choice", "The dense network"),
            press("why_guess"),
            press("why_run"),
            press("why_cancel"),
        ),
    ),
    "lessons": ({}, tuple(choose("lesson_number", number) for number in (1, 2, 3, 4))),
    "class": (
        {},
        (
            press("open_class"),
            press("ask_ready_now"),
            press("show_answers"),
            press("ask_again"),
            press("show_answers"),
            press("reveal"),
            press("close_question"),
            choose("ask_form", "My own"),
            press("ask_own_now"),
            choose("ask_form", "Which digit?"),
            press("ask_digit_now"),
            choose("eyes_front_False", True),
            choose("shown_pages_0", ["draw", "train"]),
            press("show_only"),
            press("end_class"),
        ),
    ),
    "join": (
        {},
        (
            join_with(lambda: "ABCDE"),
            join_with(lambda: a_class()[1]),
            press("leave_class"),
        ),
    ),
    "handwriting": (
        {},
        (
            teach_a_class,
            choose("prompted_False", True),
            *(open_tab("handwriting", title) for title in HANDWRITING),
            open_tab("handwriting", "From paper"),
            upload("sheet_photo", "sheet.jpg", b"no picture"),
            open_tab("handwriting", "League"),
            press("begin_league"),
            press("end_league"),
            open_tab("handwriting", "Train on us"),
            press("train"),
            stop,
        ),
    ),
}
"""Of each page: what its address says, and what is done there."""


# ---- the telling ----


@pytest.fixture(autouse=True)
def alone(cache: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache folder of one's own, an engine in this process, and short measurements."""
    monkeypatch.setattr(leak, "LeakSettings", lambda seeds: SHORT)
    studies.clear()
    with using_engine(InlineEngine()), speaking(CHINESE):  # AppTest names options as they are said
        yield
    studies.clear()


def told(name: PageName) -> dict[int, list[str]]:
    """Tell the story of a page; what was in English, by the step after which it was said."""
    address, steps = STORIES[name]
    app = AppTest.from_file(str(MENU), default_timeout=60)
    app.query_params["lang"] = CHINESE
    for key, value in address.items():
        app.query_params[key] = value
    app.switch_page(str(ENTRIES[name].script))
    found: dict[int, list[str]] = {}
    for number, step in enumerate((look, *steps)):
        step(app)
        app.run()
        assert not app.exception, (number, app.exception)
        said = [text for message in walk(app._tree) for text in texts(message)]
        assert len(said) > 5
        english = [each for each in said if english_sentences(each) or left_in_english(each)]
        if english:
            found[number] = english
    return found


def test_every_page_has_a_story() -> None:
    assert set(STORIES) == set(ENTRIES)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_in_chinese_says_nothing_in_english(name: PageName) -> None:
    assert told(name) == {}


class Incomplete(NullTranslations):
    """The Chinese catalogue without some messages."""

    def __init__(self, *left_out: str) -> None:
        super().__init__()
        self._left_out, self._whole = left_out, ui.locale.translations(CHINESE)

    def gettext(self, message: str) -> str:
        return message if message in self._left_out else self._whole.gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self._whole.ngettext(one, many, count)


def test_what_has_no_translation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence, word = "No class that is open now has this code. Look at the screen again.", "Join"
    incomplete = Incomplete(sentence, word)
    monkeypatch.setattr(ui.locale, "translations", lambda _: incomplete)
    found = told("join")
    assert [number for number, said in found.items() if sentence in said] == [1]  # a wrong code
    assert word in found[0]

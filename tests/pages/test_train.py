"""The Train page without an engine: runs come from the disk, as they do after a restart."""

import itertools
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

import ui.state.my_runs
from model.engine import InlineEngine, using_engine
from model.network import Network, NetworkConfig, from_vector, to_vector
from model.network.weights_file import network_to_bytes
from model.runs import RunPhase
from model.runs.owner import alias_of, keep_mark, kept_mark, mark_of
from model.runs.saved import About, EpochRecord
from model.runs.store import RunFolder
from model.training.config import TrainingConfig
from model.training.trainer import EpochScores, Scores, Snapshot
from tests.markup import parsed, text_of
from tests.noise import noise_network
from tests.waiting import wait_until
from ui.locale import speaking
from ui.state.my_runs import OWNER_COOKIE
from ui.state.session import runs

ROOT = Path(__file__).resolve().parents[2]
MENU = ROOT / "ui" / "frame" / "menu.py"
PAGES = ROOT / "pages"
PAGE = str(PAGES / "start" / "train.py")
FILTERS = str(PAGES / "inside" / "filters.py")
SMALL = NetworkConfig(filters=(4,), dense_units=8)
BATCHES = 20
age = itertools.count()  # a run written later is a younger one


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache folder of its own, and an engine that never gets ready."""
    monkeypatch.setenv("DIGITSCOPE_CACHE", str(tmp_path))
    with using_engine(InlineEngine("starting")):
        yield


def weights(epoch: int) -> np.ndarray:
    return to_vector(noise_network(SMALL, epoch, 0.1).weights)


def finished_run(
    title: str = "Run 1", validation: tuple[float, ...] = (0.9, 0.5, 0.3), **settings: Any
) -> str:
    """Write a finished run with these validation losses and return its id."""
    identifier, epochs = secrets.token_urlsafe(12), len(validation)
    folder, nothing = RunFolder(identifier), np.empty(0, np.float32)
    config = TrainingConfig(epochs=epochs, **settings)
    folder.save_about(About(title, SMALL, config, 1e9 + next(age), RunPhase.FINISHED, epochs))
    folder.save_epoch(EpochRecord(0, weights(0), nothing, nothing, None))
    for number, loss in enumerate(validation, start=1):
        training = Scores(1 / number, 1 - 0.5 / number)
        scores = EpochScores(number, training, Scores(loss, 1 - loss / 5), 30.0)
        losses = np.full(BATCHES, 1 / number, np.float32)
        folder.save_epoch(EpochRecord(number, weights(number), losses, 1 - losses / 2, scores))
    last = weights(epochs)
    folder.save_snapshot(Snapshot(epochs, last, last * 0, last * 0, epochs * BATCHES))
    return identifier


def train_page(*runs: str, tab: str | None = None) -> AppTest:
    app = AppTest.from_file(str(MENU), default_timeout=60)
    if runs:
        app.query_params["run"] = ",".join(runs)
    if tab is not None:
        app.session_state[f"train_{len(runs)}"] = tab
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def shown_network(app: AppTest) -> Selectbox:
    """The choice at the top of the network on all pages."""
    return next(box for box in app.selectbox if box.label == "Network on all pages")


def words(app: AppTest) -> str:
    """Everything that stands on the page as text or HTML."""
    kinds = (app.markdown, app.caption, app.error, app.info, app.header, app.success)
    texts = [element.value for kind in kinds for element in kind]
    return "\n".join([*texts, *(element.proto.body for element in app.get("html"))])


def shown_html(app: AppTest) -> Element:
    return parsed("".join(element.proto.body for element in app.get("html")))


def test_the_settings_are_the_courses_and_the_plan_follows_them() -> None:
    app = train_page()
    assert not app.button(key="start").disabled
    assert "93,322" in words(app)
    assert "10 epochs of 125 batches" in words(app)
    app.number_input(key="setting_convolutions").set_value(0).run()
    assert "50,890" in words(app)
    app.number_input(key="setting_images_embedded").set_value(100).run()
    assert "10 epochs of 4 batches, 100 digits" in words(app)


def test_what_cannot_be_built_is_said_and_cannot_be_started() -> None:
    app = train_page()
    app.segmented_control(key="setting_kernel").set_value(5).run()
    assert "too small for a 5×5 kernel" in app.error[0].value
    assert app.button(key="start").disabled
    app.number_input(key="setting_convolutions").set_value(2).run()
    assert not app.error
    assert not app.button(key="start").disabled


def test_settings_outlive_a_change_of_page() -> None:
    app = train_page()
    app.number_input(key="setting_epochs").set_value(3).run()
    app.switch_page(str(PAGES / "start" / "stage.py")).run()
    app.switch_page(PAGE).run()
    assert app.number_input(key="setting_epochs").value == 3


def test_the_open_tab_stays_open_in_another_language() -> None:
    app = train_page(finished_run(), tab="Compare")
    assert "94.0% (epoch 3)" in words(app)
    app.query_params["lang"] = "xx"
    app.run()
    assert "94.0% (épöçh 3)" in words(app)


def test_the_open_group_of_settings_stays_open_in_another_language() -> None:
    app = train_page()
    app.session_state["setting_tabs"] = "Network"
    app.run()
    for language, before, there in (("xx", "en", False), ("en", "xx", True)):
        app.query_params["lang"] = language
        with speaking(before):  # AppTest looks for what was chosen among what was said
            app.run()
        (groups,) = (block.proto.tab_container for block in app.get("tab_container"))
        assert groups.default_tab_index == 2
        assert ("Network" in [tab.label for tab in app.tabs]) is there


def test_a_finished_run_shows_its_figures() -> None:
    app = train_page(finished_run())
    text = words(app)
    assert "Run 1" in text
    assert "batches of 32 · Adam, learning rate 0.001 · filters 4 of 3×3" in text
    figures = [text_of(tile) for tile in shown_html(app).iter("b")]
    for figure in ("3 of 3", "0.3333", "0.3000", "94.0%", "1 min 30 s"):
        assert figure in figures
    assert "conv1" in text  # the sizes of the layers' weights
    assert app.button(key="resume").label == "Resume"
    assert app.button(key="stop").disabled


def test_overfitting_is_named_with_a_reason_and_its_remedy_starts_a_new_run() -> None:
    app = train_page(finished_run(validation=(0.9, 0.6, 0.5, 0.52, 0.6, 0.66, 0.7)))
    assert "turned up since epoch 3" in words(app)
    assert "This is called overfitting" in words(app)
    app.button(key="remedy_overfitting").click().run()
    assert not app.exception
    assert "Run 2" in words(app)
    assert "shifts to 2 px" in words(app)


def test_the_time_machine_sets_the_epoch_of_every_page() -> None:
    app = train_page(finished_run())
    (slider,) = app.select_slider
    assert slider.options == ["0", "1", "2", "3", "latest"]
    slider.set_value(0).run()
    app.switch_page(FILTERS).run()
    assert "Run 1, epoch 0" in words(app)
    app.select_slider[0].set_value("latest").run()
    assert "Run 1, epoch 3" in words(app)


def test_runs_stand_side_by_side_and_what_differs_is_marked() -> None:
    app = train_page(finished_run(), finished_run("Run 2", learning_rate=0.01), tab="Compare")
    text = words(app)
    marked = shown_html(app).iterfind(".//td[@class='differs']")
    assert [text_of(cell) for cell in marked] == ["0.001", "0.01"]
    assert "Optimiser: Adam" in text
    assert "94.0% (epoch 3)" in text


def test_a_run_is_renamed_pinned_deleted_and_brought_back() -> None:
    app = train_page(finished_run(), finished_run("Run 2"), tab="Compare")
    (name,) = app.text_input
    name.set_value("  the   good one ").run()
    assert "the good one" in app.selectbox[0].options
    app.button(key="pin").click().run()
    assert app.button(key="delete").disabled
    app.button(key="pin").click().run()
    app.button(key="delete").click().run()
    assert not app.exception
    assert "the good one is deleted" in words(app)
    assert "the good one" not in app.selectbox[0].options
    app.button(key="undo").click().run()
    assert "the good one" in app.selectbox[0].options
    assert shown_network(app).value == app.session_state["session"].run_ids[1]  # shown again, too


def test_a_name_stands_as_it_was_typed_and_belongs_to_one_run() -> None:
    app = train_page(finished_run(), finished_run("Run 2"), tab="Compare")
    app.text_input[0].set_value("*A* $b$").run()
    assert "*A* $b$" in shown_network(app).options
    assert "\\*A\\* \\$b\\$, epoch 3." in words(app)
    for refused, sentence in (("Run 1", "Another run is called Run 1"), (" ", "needs a name")):
        app.text_input[0].set_value(refused).run()
        assert sentence in words(app)
        assert shown_network(app).options[1:] == ["Run 1", "*A* $b$"]


def test_a_tab_that_is_loaded_again_shows_the_same_network_and_epoch() -> None:
    first, second = finished_run(), finished_run("Run 2")
    app = train_page(first, second)
    shown_network(app).select(first).run()
    app.select_slider[0].set_value(1).run()
    again = AppTest.from_file(str(MENU), default_timeout=60)
    for name, values in app.query_params.items():
        again.query_params[name] = values
    again.run()
    again.switch_page(PAGE).run()
    assert "Run 1, epoch 1." in words(again)
    shown_network(again).select("shipped").run()
    third = AppTest.from_file(str(MENU), default_timeout=60)
    for name, values in again.query_params.items():
        third.query_params[name] = values
    third.run()
    assert shown_network(third).value == "shipped"
    assert shown_network(third).options == ["Shipped network", "Run 1", "Run 2"]


def test_any_run_becomes_the_network_of_all_pages() -> None:
    first = finished_run()
    app = train_page(first, finished_run("Run 2"), tab="Compare")
    next(box for box in app.selectbox if box.label == "Run").select(first).run()
    app.button(key="use").click().run()
    app.switch_page(FILTERS).run()
    assert "Run 1, epoch 3" in words(app)


def test_a_saved_network_is_opened_and_shown_on_all_pages() -> None:
    app = train_page(finished_run(), tab="Take along")
    network = Network(SMALL, from_vector(SMALL, weights(9)), "Run 7, epoch 9")
    app.file_uploader(key="import").upload("run-7.npz", network_to_bytes(network)).run()
    assert "Run 7, epoch 9: filters 4 of 3×3, 8 dense units" in app.success[0].value
    app.button(key="use_import").click().run()
    assert not app.exception
    app.switch_page(FILTERS).run()
    assert "Run 7, epoch 9" in words(app)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no archive", b"", b"\x80\x04\x95pickle"])
def test_a_file_that_holds_no_network_gets_a_sentence(content: bytes) -> None:
    app = train_page(finished_run(), tab="Take along")
    app.file_uploader(key="import").upload("network.npz", content).run()
    assert not app.exception
    assert "damaged or is not a network" in app.error[0].value
    assert "may hold code" in words(app)  # and why Keras' files are not taken


def test_the_script_of_the_run_can_be_read() -> None:
    app = train_page(finished_run(seed=11), tab="Take along")
    (script,) = app.code
    compile(script.value, "script", "exec")
    assert "for epoch in range(3)" in script.value
    assert "default_rng((11, epoch))" in script.value


def test_a_run_that_changes_its_rate_by_hand_keeps_its_settings() -> None:
    app = train_page(finished_run())
    (rate,) = [widget for widget in app.number_input if widget.label == "Learning rate"]
    assert rate.value == pytest.approx(0.001)
    rate.set_value(0.0005).run()
    (rate,) = [widget for widget in app.number_input if widget.label == "Learning rate"]
    assert rate.value == pytest.approx(0.0005)
    assert "learning rate 0.001" in words(app)


def test_who_only_watches_cannot_steer(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, mine = finished_run(), finished_run("Run 2")
    keep_mark(RunFolder(theirs).path, mark_of("their secret"))
    keep_mark(RunFolder(mine).path, mark_of("my secret"))
    monkeypatch.setattr(ui.state.my_runs, "my_mark", lambda: mark_of("my secret"))
    watched = train_page(theirs)
    keys = {button.key for button in watched.button}
    assert not keys & {"pause", "resume", "one_batch", "one_epoch", "ten_more", "stop"}
    assert not [field for field in watched.number_input if field.label == "Learning rate"]
    assert "Only the browser that began it can steer it" in words(watched)
    assert "ten_more" in {button.key for button in train_page(mine).button}

    compared = train_page(mine, theirs, tab="Compare")
    assert "pin" not in {button.key for button in compared.button}
    assert "Name" not in {field.label for field in compared.text_input}
    assert compared.button(key="delete").label == "Take off my list"
    compared.button(key="delete").click().run()
    run = runs().get(theirs)
    assert run is not None
    assert not run.deleted  # it is off this list, and its person still has it
    compared.button(key="undo").click().run()
    assert not run.deleted


def test_a_run_of_a_browser_with_a_secret_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "s" * 43
    cookies = {OWNER_COOKIE: secret}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    app = train_page()
    app.button(key="start").click().run()
    (identifier,) = app.session_state["session"].run_ids
    folder = RunFolder(identifier).path
    for file in ("owner", "run.json"):  # they are written in threads of their own
        wait_until((folder / file).exists, 60, f"{file} is written")
    assert secret not in (folder / "owner").read_text()
    assert kept_mark(folder) == mark_of(secret)
    run = runs().get(identifier)  # as another server finds it
    assert run is not None
    assert run.owner == mark_of(secret)
    assert ui.state.my_runs.may_steer(run)
    cookies.clear()
    assert not ui.state.my_runs.may_steer(run)


def visit(address: dict[str, str]) -> AppTest:
    """The Train page in a session of its own, as a reload or another person opens it."""
    app = AppTest.from_file(str(MENU), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    told = [toast.value for toast in app.toast]
    app.switch_page(PAGE).run()
    assert not app.exception
    app.session_state["told"] = told
    return app


def said(app: AppTest) -> dict[str, str]:
    return {name: "".join(value) for name, value in app.query_params.items()}


def test_no_address_names_a_run_but_the_link_that_shares_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cookies = {OWNER_COOKIE: "u" * 43}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    identifier = finished_run()
    keep_mark(RunFolder(identifier).path, mark_of("u" * 43))
    app = visit({})  # as after a restart of the server: the run is on disk alone
    assert shown_network(app).options == ["Shipped network", "Run 1"]
    assert shown_network(app).value == "shipped"
    assert identifier not in str(said(app))
    shown_network(app).select(identifier).run()
    address = said(app)
    assert identifier not in str(address)
    again = visit(address)
    assert shown_network(again).value == identifier
    assert said(again) == address
    assert identifier not in app.code[0].value  # the link, as long as nothing is shared
    app.toggle(key="share_training").set_value(True).run()
    assert f"run={identifier}" in app.code[0].value

    cookies[OWNER_COOKIE] = "t" * 43  # another browser
    stranger = visit(address)
    assert shown_network(stranger).options == ["Shipped network"]
    assert "was trained in another browser" in stranger.session_state["told"][0]
    watching = visit({"run": identifier})
    assert "Only the browser that began it can steer it" in words(watching)
    assert "share_training" not in {toggle.key for toggle in watching.toggle}
    assert said(watching) == {"run": identifier}  # a reload has nothing else to find it by
    cookies[OWNER_COOKIE] = "u" * 43  # its own browser, by the link that it has shared
    own = visit({"run": identifier})
    assert said(own) == address
    assert "ten_more" in {button.key for button in own.button}


def test_what_somebody_has_typed_is_on_no_other_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = {OWNER_COOKIE: "v" * 43}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    mine, theirs = finished_run("Run 1"), finished_run("typed by a stranger")
    keep_mark(RunFolder(theirs).path, mark_of("their secret"))
    keep_mark(RunFolder(mine).path, mark_of("v" * 43))
    screens = []
    for tab in (None, "Compare", "Take along"):
        app = train_page(mine, theirs, tab=tab)
        assert shown_network(app).options == ["Shipped network", "Run 1", "Run 2"]
        screens.append(words(app))
        screens.append(str([box.options for box in app.selectbox]))
    app.switch_page(FILTERS).run()
    screens.append(words(app))
    assert "Run 2, epoch 3" in screens[-1]
    assert "typed" not in "".join(screens)
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: {}))
    own = RunFolder(mine).path / "owner"
    own.unlink()
    runs.clear()  # it is nobody's now, and its title is for whoever has it
    assert "Run 1" in shown_network(train_page(mine)).options


def test_one_person_holds_no_more_than_so_many_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui.state.my_runs, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(ui.state.my_runs, "MOST_RUNS", 4)
    app = AppTest.from_function(start_another, default_timeout=60)
    said, gate = [], threading.Event()

    def hold(*_: Any) -> None:
        gate.wait(60)

    with using_engine(InlineEngine(before=hold)):
        for _ in range(5):
            app.run()
            assert not app.exception
            said.append([each.value for each in app.toast])
    assert said[:2] == [[], []]
    assert said[2] == said[3] == ["2 trainings go on at a time: your oldest is paused."]
    assert len(said[4]) == 1
    assert "You have 4 trainings" in said[4][0]
    mine = app.session_state["session"].run_ids
    assert len(mine) == 4
    found = [runs().get(name) for name in mine]
    assert [run.state().phase.moving for run in found if run is not None] == [
        *[False] * 2,
        True,
        True,
    ]
    for run in found:
        assert run is not None
        run.stop()
    gate.set()


def start_another() -> None:
    from model.network import NetworkConfig
    from model.training.config import TrainingConfig
    from ui.state.my_runs import start_run

    start_run(NetworkConfig(filters=(2,)), TrainingConfig(epochs=1000))


def test_the_runs_of_a_person_are_found_by_their_mark() -> None:
    registry = runs()
    mine = [registry.start(f"Run {n}", SMALL, TrainingConfig(), "a" * 64) for n in (1, 2)]
    other = registry.start("Run 1", SMALL, TrainingConfig())
    assert registry.of("a" * 64) == mine
    assert registry.of("") == []
    for run in (*mine, other):
        run.stop()
    mine[0].deleted = True
    assert registry.of("a" * 64) == mine[1:]


def test_the_newest_runs_of_a_person_are_found_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of a slow disk the page takes what is known after a tenth of a second; here all is waited for.
    monkeypatch.setattr("model.runs.registry.QUICK_DISK", 60.0)
    names = [finished_run(f"Run {number}") for number in range(1, 6)]
    for since, name in enumerate(names):
        keep_mark(RunFolder(name).path, "b" * 64)
        os.utime(RunFolder(name).path / "owner", (since, since))
    runs.clear()

    def found(*asked: Any) -> list[str]:
        return [run.id for run in runs().found("b" * 64, *asked)]

    assert found(2) == names[3:]
    assert found(2, alias_of(names[0])) == [names[0], *names[3:]]
    assert found(9, "00000000") == names
    last = runs().get(names[4])
    assert last is not None
    last.deleted = True
    assert found(2) == names[2:4]
    last.wait_until_idle(60)  # it is written
    assert runs().found("c" * 64, 9) == runs().found("", 9) == []
    shutil.rmtree(RunFolder(names[3]).path)
    runs.clear()
    assert found(2) == names[1:3]

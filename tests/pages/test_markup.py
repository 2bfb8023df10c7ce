"""Titles of runs and origins of networks that are markup stand on every page as they were typed."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.engine import InlineEngine, using_engine
from model.network import Network, NetworkConfig, count_parameters, weight_shapes
from model.network.weights_file import network_from_bytes, network_to_bytes
from model.runs import RunPhase
from model.runs.saved import About, EpochRecord
from model.runs.store import RunFolder
from model.training.config import TrainingConfig
from model.training.trainer import EpochScores, Scores, Snapshot
from ui.state.session import Imported

ROOT = Path(__file__).resolve().parents[2]
MENU = ROOT / "ui" / "frame" / "menu.py"
SCRIPTS = sorted((ROOT / "pages").glob("*/*.py"))
TITLES = ("<img src=x onerror=alert(7)><script>7</script>", "**a** [l](javascript:7) $x$ :red[y]")
IDS = ("markup_in_a_run_", "markup_in_two___")
NETWORK = NetworkConfig(filters=(2,), dense_units=3)
RAW = re.compile(r"(?<!\\)<(img src=x|script>7)")
"""A tag of a title; with a stroke before it, Markdown shows it as it is."""
ACTIVE = re.compile(r"(?<!\\)(\*\*a\*\*|\[l|\$x|:red)")
"""Markdown that would be followed."""


@pytest.fixture(scope="module", autouse=True)
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two finished runs whose titles are markup."""
    with pytest.MonkeyPatch.context() as patch, using_engine(InlineEngine("starting")):
        patch.setenv("DIGITSCOPE_CACHE", str(tmp_path_factory.mktemp("cache")))
        weights = np.full(count_parameters(NETWORK), 0.01, np.float32)
        figures = np.ones(4, np.float32)
        scores = EpochScores(1, Scores(1.0, 0.5), Scores(1.0, 0.5), 1.0)
        for identifier, title in zip(IDS, TITLES, strict=True):
            files, settings = RunFolder(identifier), TrainingConfig(epochs=1)
            files.save_about(About(title, NETWORK, settings, 1.0, RunPhase.FINISHED, 1, epoch=1))
            files.save_epoch(EpochRecord(0, weights, figures[:0], figures[:0], None))
            files.save_epoch(EpochRecord(1, weights, figures, figures, scores))
            files.save_snapshot(Snapshot(1, weights, weights, weights, 4))
        yield


def marked_up(app: AppTest) -> tuple[list[str], list[str]]:
    """What is given to the browser as Markdown, and as HTML."""
    kinds = (app.markdown, app.caption, app.error, app.info, app.header, app.title, app.toast)
    progress = [element.proto.text for element in app.get("progress")]
    pages = [element.proto.body for element in app.get("html")]
    return [*(element.value for kind in kinds for element in kind), *progress], pages


@pytest.mark.parametrize("tab", [None, "Compare", "Take along"])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_markup_in_a_title_or_an_origin_is_text(script: Path, tab: str | None) -> None:
    if tab is not None and script.stem != "train":
        return
    app = AppTest.from_file(str(MENU), default_timeout=60)
    app.query_params["run"] = ",".join(IDS)
    if tab is not None:
        app.session_state[f"train_{len(IDS)}"] = tab
    app.run()
    app.switch_page(str(script)).run()
    assert not app.exception
    markdown, pages = marked_up(app)
    assert not [text for text in markdown + pages if RAW.search(text)]
    assert not [text for text in markdown if ACTIVE.search(text)]
    shown = next(box for box in app.selectbox if box.label == "Network on all pages")
    assert set(TITLES) < set(shown.options)
    mine = app.session_state["session"]
    mine.imported = Imported(imported())
    mine.shown_id = mine.imported.id
    app.run()
    assert not app.exception
    markdown, pages = marked_up(app)
    assert any("alert(7)" in text for text in markdown + pages)  # the origin is said
    assert not [text for text in markdown + pages if RAW.search(text)]
    assert not [text for text in markdown if ACTIVE.search(text)]


def imported() -> Network:
    """A network out of a file whose origin is markup of both kinds."""
    shapes = weight_shapes(NETWORK)
    weights = {name: np.full(shape, 0.01, np.float32) for name, shape in shapes.items()}
    return network_from_bytes(network_to_bytes(Network(NETWORK, weights, " ".join(TITLES))))

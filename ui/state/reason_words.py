"""Why something cannot be had, in sentences: `model` gives the reason, here are the words."""

from collections.abc import Mapping

from model.data.cache import KeepReason
from model.data.download import DownloadReason, DownloadState
from model.data.mnist import DataReason
from model.engine import EngineFault, EnginePhase
from model.files import FileReason
from model.network import MapsTooSmallError
from model.training.trainer import TrainingReason

WORDS: Mapping[str, str] = {
    EngineFault.NOT_STARTED: "The engine was not started.",
    EngineFault.STARTING: "The engine that does the computing is still starting.",
    EngineFault.WARMING: "The engine is still warming up. It will be ready in a few seconds.",
    EngineFault.RESTARTING: (
        "The engine is starting again after a fault. This takes a few seconds."
    ),
    EngineFault.FAILED: (
        "The engine could not be started. The window where the app was started shows why."
    ),
    EngineFault.CLOSED: "The engine was closed.",
    EngineFault.SLOW: "The engine did not answer in time.",
    EngineFault.LOST: "The engine had a fault and lost this work. It starts again by itself.",
    EngineFault.CANCELLED: "This work was stopped.",
    DataReason.FULL_MISSING: (
        "Full MNIST is not on this computer yet. Download it on the Train page, or go on with the "
        "5,000 digits that are always here."
    ),
    DataReason.FULL_DAMAGED: (
        "The file mnist.npz in the Keras cache is not MNIST or is damaged. Delete it and download "
        "it again on the Train page."
    ),
    DataReason.OWN_GONE: (
        "The digits of a class that this training learned from are no longer kept. The networks "
        "of its finished epochs are still here."
    ),
    DataReason.TEST_UNREADABLE: (
        "The file with full MNIST cannot be read or is damaged. Download it again on the Train "
        "page, or take the 500 digits that are always here."
    ),
    KeepReason.FULL: (
        "Nothing can be kept on this server: its disk is full. What is trained now would be lost "
        "if the server ended."
    ),
    KeepReason.CLOSED: (
        "Nothing can be kept on this server: its disk may not be written to. What is trained now "
        "would be lost if the server ended."
    ),
    KeepReason.FAILING: (
        "Nothing can be kept on this server: its disk does not take files. What is trained now "
        "would be lost if the server ended."
    ),
    TrainingReason.NO_MEMORY: (
        "There is not enough memory for this training. Take a smaller network or batch."
    ),
    FileReason.DAMAGED: (
        "This file is damaged or is not a network saved by DigitScope. Choose a .npz file that was "
        "downloaded on the Train page."
    ),
    FileReason.TOO_LONG: "This file's description is far too long to be one of DigitScope's.",
    FileReason.OTHER_VERSION: "This file was written by another version of DigitScope.",
    FileReason.NOT_FITTING: (
        "This file does not hold a network of DigitScope: its content does not fit its own "
        "description."
    ),
    FileReason.OVERFLOWS: (
        "The weights in this file are so large that the network cannot compute an answer. Perhaps "
        "its training had diverged."
    ),
    DownloadReason.OTHER_CONTENT: (
        "What arrived is not MNIST: its checksum differs. A network that asks for a log-in page "
        "often causes this. Open a web page in the browser, then try again."
    ),
    DownloadReason.TOO_LARGE: "What arrives is far larger than MNIST. It was stopped.",
    DownloadReason.CANCELLED: "The download was cancelled.",
    DownloadReason.UNREACHABLE: (
        "The server with MNIST cannot be reached from here. Check the internet connection and try "
        "again, or go on with the 5,000 digits that are always here."
    ),
    DownloadReason.NOT_WRITTEN: "The file could not be written",
}


ENGINE_WORDS: Mapping[EnginePhase, str] = {
    "starting": "The engine that does the computing is starting.",
    "warming": "The engine is warming up. It will be ready in a few seconds.",
    "ready": "The engine is ready.",
    "restarting": "The engine is starting again after a fault. This takes a few seconds.",
    "failed": "The engine could not be started. The window where the app was started shows why.",
}


def engine_words(phase: EnginePhase) -> str:
    """What the engine is doing, in a sentence or two."""
    return ENGINE_WORDS[phase]


def reason_words(reason: str) -> str:
    """A reason as a sentence, or more; what is no reason of the table comes back as it is."""
    return WORDS.get(reason, reason)


def download_words(state: DownloadState) -> str:
    """Why a download failed, in a sentence; empty where it did not."""
    if state.reason is None:
        return ""
    words = reason_words(state.reason)
    return f"{words} to {state.detail}." if state.reason is DownloadReason.NOT_WRITTEN else words


def too_small_words(error: MapsTooSmallError) -> str:
    """Why an architecture cannot be built, and what to do."""
    side, kernel = error.side, error.kernel_size
    return (
        f"Convolution {error.convolution} would get maps of only {side}×{side} pixels, too small "
        f"for a {kernel}×{kernel} kernel. Take fewer convolution layers or a smaller kernel."
    )

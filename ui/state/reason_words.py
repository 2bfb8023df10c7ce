"""Why something cannot be had, in sentences: `model` gives the reason, here are the words."""

from collections.abc import Mapping

from model.data.cache import KeepReason
from model.data.download import DownloadReason, DownloadState
from model.data.mnist import DataReason
from model.engine import EngineFault, EnginePhase
from model.files import FileReason
from model.network import MapsTooSmallError
from model.training.trainer import TrainingReason
from ui.locale import say, to_say

WORDS: Mapping[str, str] = {
    EngineFault.NOT_STARTED: to_say("The engine was not started."),
    EngineFault.STARTING: to_say("The engine that does the computing is still starting."),
    EngineFault.WARMING: to_say(
        "The engine is still warming up. It will be ready in a few seconds."
    ),
    EngineFault.RESTARTING: (
        to_say("The engine is starting again after a fault. This takes a few seconds.")
    ),
    EngineFault.FAILED: (
        to_say(
            "The engine could not be started. The window where the app was started shows why.",
        )
    ),
    EngineFault.CLOSED: to_say("The engine was closed."),
    EngineFault.SLOW: to_say("The engine did not answer in time."),
    EngineFault.LOST: to_say(
        "The engine had a fault and lost this work. It starts again by itself."
    ),
    EngineFault.CANCELLED: to_say("This work was stopped."),
    DataReason.FULL_MISSING: (
        to_say(
            "Full MNIST is not on this computer yet. Download it on the Train page, or go "
            "on with the 5,000 digits that are always here.",
        )
    ),
    DataReason.FULL_DAMAGED: (
        to_say(
            "The file mnist.npz in the Keras cache is not MNIST or is damaged. Delete it "
            "and download it again on the Train page.",
        )
    ),
    DataReason.OWN_GONE: (
        to_say(
            "The digits of a class that this training learned from are no longer kept. The "
            "networks of its finished epochs are still here.",
        )
    ),
    DataReason.TEST_UNREADABLE: (
        to_say(
            "The file with full MNIST cannot be read or is damaged. Download it again on "
            "the Train page, or take the 500 digits that are always here.",
        )
    ),
    KeepReason.FULL: (
        to_say(
            "Nothing can be kept on this server: its disk is full. What is trained now "
            "would be lost if the server ended.",
        )
    ),
    KeepReason.CLOSED: (
        to_say(
            "Nothing can be kept on this server: its disk may not be written to. What is "
            "trained now would be lost if the server ended.",
        )
    ),
    KeepReason.FAILING: (
        to_say(
            "Nothing can be kept on this server: its disk does not take files. What is "
            "trained now would be lost if the server ended.",
        )
    ),
    TrainingReason.NO_MEMORY: (
        to_say("There is not enough memory for this training. Take a smaller network or batch.")
    ),
    FileReason.DAMAGED: (
        to_say(
            "This file is damaged or is not a network saved by DigitScope. Choose a .npz "
            "file that was downloaded on the Train page.",
        )
    ),
    FileReason.TOO_LONG: to_say(
        "This file's description is far too long to be one of DigitScope's."
    ),
    FileReason.OTHER_VERSION: to_say("This file was written by another version of DigitScope."),
    FileReason.NOT_FITTING: (
        to_say(
            "This file does not hold a network of DigitScope: its content does not fit its "
            "own description.",
        )
    ),
    FileReason.OVERFLOWS: (
        to_say(
            "The weights in this file are so large that the network cannot compute an "
            "answer. Perhaps its training had diverged.",
        )
    ),
    DownloadReason.OTHER_CONTENT: (
        to_say(
            "What arrived is not MNIST: its checksum differs. A network that asks for a "
            "log-in page often causes this. Open a web page in the browser, then try again.",
        )
    ),
    DownloadReason.TOO_LARGE: to_say("What arrives is far larger than MNIST. It was stopped."),
    DownloadReason.CANCELLED: to_say("The download was cancelled."),
    DownloadReason.UNREACHABLE: (
        to_say(
            "The server with MNIST cannot be reached from here. Check the internet "
            "connection and try again, or go on with the 5,000 digits that are always here.",
        )
    ),
    DownloadReason.NOT_WRITTEN: to_say("The file could not be written."),
}


ENGINE_WORDS: Mapping[EnginePhase, str] = {
    "starting": to_say("The engine that does the computing is starting."),
    "warming": to_say("The engine is warming up. It will be ready in a few seconds."),
    "ready": to_say("The engine is ready."),
    "restarting": to_say("The engine is starting again after a fault. This takes a few seconds."),
    "failed": to_say(
        "The engine could not be started. The window where the app was started shows why."
    ),
}


def engine_words(phase: EnginePhase) -> str:
    """What the engine is doing, in a sentence or two."""
    return say(ENGINE_WORDS[phase])


def reason_words(reason: str) -> str:
    """A reason as a sentence, or more; what is no reason of the table comes back as it is."""
    return say(WORDS[reason]) if reason in WORDS else reason


def download_words(state: DownloadState) -> str:
    """Why a download failed, in a sentence; empty where it did not."""
    if state.reason is None:
        return ""
    if state.reason is DownloadReason.NOT_WRITTEN:
        return say("The file could not be written to {place}.", place=state.detail)
    return reason_words(state.reason)


def too_small_words(error: MapsTooSmallError) -> str:
    """Why an architecture cannot be built, and what to do."""
    side, kernel = error.side, error.kernel_size
    return say(
        "Convolution {convolution} would get maps of only {side}×{side} pixels, too "
        "small for a {kernel}×{kernel} kernel. Take fewer convolution layers or a "
        "smaller kernel.",
        convolution=error.convolution,
        side=side,
        kernel=kernel,
    )

"""Why a run stands still or begins an epoch again, in words for the screen."""

from model.runs import Cause, Missing, Run, RunPhase, RunState
from model.runs.worker_loop import ABANDONED_SECONDS
from ui.locale import say, say_many, to_say
from ui.locale.sentence import paragraph
from ui.state.reason_words import reason_words
from ui.style.words import duration

DISK_FULL = to_say(
    "The disk of the server takes no files now, so what this run has learned last is "
    "in memory alone and would be lost if the server ended. Download its network to be "
    "safe.",
)

ELSEWHERE = to_say(
    "This run trains on another server that shares its files with this one. It is "
    "shown as it was after the last epoch; what you press here is passed on.",
)

MISSING = {
    Missing.DESCRIPTION: to_say(
        "The file that describes this run was damaged; it was made again from a copy, so "
        "its title may be an older one.",
    ),
    Missing.OPTIMIZER: to_say(
        "The file with the optimiser's memory was damaged: it begins anew, so from here on "
        "the curve can differ from that of an undisturbed run.",
    ),
    Missing.FIGURES: to_say("The figures of some epochs were damaged; the curve has gaps there."),
    Missing.NETWORKS: to_say(
        "The networks of some epochs are damaged or were deleted; the others are here."
    ),
}

SENTENCES = {
    Cause.SERVER_RESTARTED: to_say(
        "The server was started again. The run goes on from its last epoch."
    ),
    Cause.WORKER_LOST: to_say("Its worker was lost. It goes on from its last epoch."),
    Cause.LOST_OFTEN: to_say(
        "Its worker was lost several times in a row. Press Resume to try again."
    ),
    Cause.ENGINE_FAILED: to_say("Press Resume to go on."),
    Cause.APP_FAILED: to_say("A fault in the app ended this training."),
    Cause.NO_BETTER: to_say(
        "Stopped early: the validation loss has not fallen for {patience} epochs."
    ),
    Cause.EPOCHS_LOST: to_say(
        "This run had come to epoch {detail}, but the server could keep it only to epoch "
        "{epoch}. Press Resume to train on from there.",
    ),
    Cause.UNWATCHED: to_say(
        "Paused, because nobody looked at this run for {minutes} minutes. Press Resume to go on.",
    ),
}


def turn_words(state: RunState) -> str:
    """What is to be said of the other runs on the same computer; empty where nobody waits."""
    if not state.phase.moving:
        return ""
    if state.phase is not RunPhase.TRAINING:
        if state.place_in_queue is None:
            return ""
        words = say("Waits for its turn: number {place} in the queue.", place=state.place_in_queue)
        if state.seconds_to_turn is None:
            return words
        time = duration(max(state.seconds_to_turn, 1.0))
        return paragraph(words, say("It begins in about {time}.", time=time))
    others = state.sharing - 1
    if others < 1:
        return ""
    return say_many(
        "It takes turns with {count} other training.",
        "It takes turns with {count} other trainings.",
        others,
    )


def reasons(run: Run, state: RunState) -> str:
    """What is to be said beside the phase; empty where there is nothing to say."""
    said = []
    if state.reason is not None:
        cause, detail = state.reason.cause, reason_words(state.reason.detail)
        if cause in (Cause.ENGINE_FAILED, Cause.TRAINING_FAILED):
            said.append(detail)
        if cause in SENTENCES:
            said.append(
                say(
                    SENTENCES[cause],
                    detail=detail,
                    patience=run.settings.patience,
                    minutes=round(ABANDONED_SECONDS / 60),
                    epoch=state.epoch,
                )
            )
    said += [say(MISSING[each]) for each in Missing if each in state.missing]
    if state.elsewhere:
        said.append(say(ELSEWHERE))
    if state.disk_full:
        said.append(say(DISK_FULL))
    return paragraph(*said)

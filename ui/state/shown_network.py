"""Whose network all pages show, and as it was after which epoch."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from model.engine import engine
from model.network import Network
from model.network.shipped import shipped
from model.runs import Run
from model.runs.lesson import Lesson
from model.training.rehearsal import Correction
from ui.state.properties import RUN
from ui.state.session import Imported, Taught, runs, session


def show_run(identifier: str | None) -> None:
    """Show the network of this run on all pages, at its last epoch; None: the shipped one."""
    mine = session()
    mine.shown_id = identifier
    mine.view = replace(mine.view, epoch=None)


def anothers(run: Run) -> bool:
    """Whether a link has brought a run that is somebody else's."""
    return bool(run.owner) and run.id in session().kept_value(RUN)


def title_of(run: Run) -> str:
    """What this person's pages call a run, in English: see `ui.style.words.name_words`.

    Its own title, which may be anything that its person has typed. That is for nobody else's
    screen: another's run is "Run" with a number that none here has.
    """
    if not anothers(run):
        return run.title
    known = [each for name in session().run_ids if (each := runs().get(name)) is not None]
    taken = {each.title for each in known if not anothers(each)}
    free = (title for number in itertools.count(1) if (title := f"Run {number}") not in taken)
    for each, title in zip(filter(anothers, known), free, strict=False):
        if each is run:
            return title
    return next(free)  # it was taken off the list


def network_at(run: Run, epoch: int | None = None) -> Network | None:
    """The network of a run after an epoch, as `Run.network_at`, under the name of `title_of`."""
    network = run.network_at(epoch)
    if network is None or not anothers(run):
        return network
    return _called(network, f"{title_of(run)}, {network.origin.rpartition(', ')[2]}")


@lru_cache(maxsize=16)
def _called(network: Network, origin: str) -> Network:
    """The same network under another name; always the same one, which knows its fingerprint."""
    return replace(network, origin=origin)


def shown_run() -> Run | None:
    """The run whose network the pages show; None when it is the shipped one."""
    identifier = session().shown_id
    return runs().get(identifier) if identifier else None


def network() -> Network:
    """The network that all pages show.

    The shipped one, or that of the chosen run: at the epoch that the view names (the time machine),
    or else at its last finished one. Until a run has finished its first epoch there is nothing of
    it to show, and the shipped one stays. Or else the taught or the imported one.
    """
    for other in (session().taught, session().imported):
        if other is not None and session().shown_id == other.id:
            return other.network
    run, epoch = shown_run(), shown_epoch()
    trained = network_at(run, epoch) if run is not None and epoch is not None else None
    return trained or shipped()


def shown_epoch() -> int | None:
    """The epoch of the shown run that the pages show; None where it is no run's network.

    The one that the view names (the time machine), or the last one kept before it; the latest where
    it names none. Epoch 0, the untrained network, is shown when it is asked for.
    """
    run, wish = shown_run(), session().view.epoch
    if run is None or (run.epoch == 0 and wish is None):
        return None
    kept = [epoch for epoch in run.epochs if wish is None or epoch <= wish]
    return kept[-1] if kept else None


def show_imported(network: Network) -> None:
    """Show a network that came from a file."""
    mine = session()
    mine.imported = Imported(network)
    show_run(mine.imported.id)


def show_taught(network: Network, base: str) -> None:
    """Show a network that was just taught; `untaught` is the way back."""
    mine = session()
    mine.taught = Taught(network, base, (mine.shown_id, mine.taught))
    show_run(mine.taught.id)


def begin_lesson(corrections: Sequence[Correction], base: str) -> Lesson:
    """Begin to teach the shown network these corrections; it goes on whatever page is open.

    Args:
        corrections: what to teach.
        base: what the screen calls the network that it began with.
    """
    return Lesson(network(), corrections, base, engine())


def untaught() -> None:
    """Undo the last lesson: show what was shown before it."""
    mine = session()
    if mine.taught is not None:
        shown, mine.taught = mine.taught.before
        show_run(shown)

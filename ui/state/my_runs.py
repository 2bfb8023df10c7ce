"""This person's runs: begun, deleted, brought back, and found again.

Whose they are is told by a secret that the server gives each browser, in a cookie. No script in a
page can read it and no address carries it. By it a reload, another tab and a restart of the server
find them again: the address need not name them, and on a projector nobody can read them off. Only
a link that is made for it (`ui.state.links`) names a run; who has it watches, and no more.

A browser that takes no cookies has no secret. Its address is all that can find its runs again, so
there they stand, and whoever has that address can steer them.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from model.data.cache import refusal
from model.engine import engine
from model.network import NetworkConfig
from model.runs import Run
from model.runs.owner import alias_of, mark_of
from model.runs.watch import Watch
from model.training.config import TrainingConfig
from ui.locale import say
from ui.state.address import keep, kept
from ui.state.properties import NETWORK, RUN, SHIPPED
from ui.state.reason_words import reason_words
from ui.state.session import of_page, runs, session
from ui.state.shown_network import show_run

RUNS_AT_FIRST = 8
"""That a new session finds, the newest ones; and that an address names."""
MOST_AT_ONCE, MOST_RUNS = 3, 20
"""Trainings of one person: that go on at a time, and that are kept."""
OUR_DIGITS = "Our digits"
"""What a training on a class's own digits is called; see `ui.style.words.name_words`."""
OWNER_COOKIE = "digitscope_owner"
SECRET = re.compile(r"[A-Za-z0-9_\-]{43}")


def secret_in(cookies: Mapping[str, str]) -> str | None:
    """The secret among the cookies of a request; None without."""
    secret = str(cookies.get(OWNER_COOKIE, ""))  # whatever a session without a browser has
    return secret if SECRET.fullmatch(secret) else None


def my_mark() -> str:
    """The mark of this person's secret; empty for a browser without."""
    secret = secret_in(st.context.cookies)
    return mark_of(secret) if secret is not None else ""


def may_steer(run: Run, mark: str | None = None) -> bool:
    """Whether a run is this person's, or nobody's.

    Args:
        run: the run.
        mark: of the person, where no page of theirs asks.
    """
    return run.owner in ("", my_mark() if mark is None else mark)


@dataclass
class Finding:
    """Whether the runs were looked for, and why nothing can be kept as it was said last."""

    done: bool = False
    told: str | None = None


def find_runs() -> None:
    """Find this person's runs, and those that came by a link, at first; then tell which is shown.

    Called on every run of every page: a reload, or a restart of the server, then loses nothing.
    """
    mine = session()
    finding = of_page(Finding)
    if not finding.done:
        finding.done = True
        _find()
    _say_what_is_not_kept()
    mark = my_mark()
    linked = [run.id for run in _there(mine.run_ids) if not mark or run.owner != mark]
    # The run that is shown stands last.
    linked = sorted(linked, key=lambda name: name == mine.shown_id)[-RUNS_AT_FIRST:]
    if mine.shown_id is None:
        network = SHIPPED if linked else None
    else:
        own = mine.shown_id in mine.run_ids and mine.shown_id not in linked
        network = alias_of(mine.shown_id) if own else None
    keep({RUN: tuple(linked), NETWORK: network})


def _find() -> None:
    mine, network = session(), kept(NETWORK)
    named = kept(RUN)[-RUNS_AT_FIRST:]
    linked = {run.id: run for run in _there(named)}
    own = {run.id: run for run in runs().found(my_mark(), RUNS_AT_FIRST, network)}
    found = own | linked
    mine.run_ids = [
        *sorted(found, key=lambda name: found[name].created),
        *(name for name in mine.run_ids if name not in found),
    ]
    shown = [name for name in own if alias_of(name) == network]
    if network is None:
        shown = list(linked)
    if shown:
        mine.shown_id = shown[-1]
    if len(linked) < len(named):
        st.toast(say("A training that this address names is no longer kept on this server."))
    elif network not in (None, SHIPPED) and not shown:
        st.toast(
            say(
                "The network of this address was trained in another browser, or is no longer "
                "kept. You see the shipped one.",
            )
        )


def _there(names: Sequence[str]) -> list[Run]:
    return [run for name in names if (run := runs().get(name)) is not None]


def _say_what_is_not_kept() -> None:
    """Say once that nothing can be kept, and again when that has changed its reason."""
    finding, why = of_page(Finding), refusal()
    if why is not None and why != finding.told:
        st.toast(reason_words(why), icon=":material/save:", duration="long")
    finding.told = why


def my_runs() -> list[Run]:
    """This person's runs, oldest first. Asking for them counts as looking at them."""
    found = _there(session().run_ids)
    for run in found:
        run.seen()
    return found


@st.cache_resource(ttl=3600, max_entries=256, show_spinner=False)
def _watch(identifier: str) -> Watch:
    return Watch(engine())


def watch(run: Run) -> Watch:
    """The watch of one run; whoever knows the run's id sees the same."""
    return _watch(run.id)


def latest_run() -> Run | None:
    """The run that was started last."""
    mine = my_runs()
    return mine[-1] if mine else None


def start_run(
    network: NetworkConfig,
    settings: TrainingConfig,
    words: str = "Run",
    instead_of: Run | None = None,
) -> Run | None:
    """Start a run for this person; from its first epoch on, the pages show its network.

    Nobody holds more than so many: of more than `MOST_AT_ONCE` the oldest pauses, and with
    `MOST_RUNS` there is no further one. A sentence says so.

    Args:
        network: the architecture.
        settings: of the training.
        words: its title in English, to which a number is added: see `ui.style.words.name_words`.
        instead_of: is stopped, if it is this person's and there is room for the new one.

    Returns:
        The run; None where there is no room for it.
    """
    # Of all tabs of this browser, where it has a mark.
    mine = runs().of(my_mark()) if my_mark() else my_runs()
    if len(mine) >= MOST_RUNS:
        st.toast(
            say(
                "You have {count} trainings. Delete one under “Compare” first.",
                count=MOST_RUNS,
            )
        )
        return None
    if instead_of is not None and instead_of.state().phase.moving and may_steer(instead_of):
        instead_of.stop()
    moving = [run for run in mine if run.state().phase.moving]
    for run in moving[: max(0, len(moving) + 1 - MOST_AT_ONCE)]:
        run.pause()
        st.toast(
            say(
                "{count} trainings go on at a time: your oldest is paused.",
                count=MOST_AT_ONCE,
            )
        )
    titles = {run.title for run in (*mine, *my_runs())}
    number = next(n for n in range(1, len(titles) + 2) if f"{words} {n}" not in titles)
    run = runs().start(f"{words} {number}", network, settings, my_mark())
    session().run_ids.append(run.id)
    show_run(run.id)
    return run


def restart_run(run: Run, same_seed: bool) -> Run | None:
    """Stop a run, if it is this person's, and start over with its settings, as a run of its own.

    The old one keeps its curve and its networks, so nothing is lost and the two can be compared.
    Changes of the learning rate that were made by hand are not repeated.

    Args:
        run: whose architecture and settings are taken.
        same_seed: the same curve once more; else another by a new seed.

    Returns:
        The new run, see `start_run`.
    """
    seed = run.settings.seed if same_seed else secrets.randbelow(10_000)
    words = OUR_DIGITS if run.settings.own else "Run"
    return start_run(run.network, replace(run.settings, seed=seed), words, instead_of=run)


def delete_run(run: Run) -> None:
    """Delete a run, or take another's off this person's list; `undo_delete` brings it back."""
    mine = session()
    if may_steer(run):
        run.deleted = True
    mine.run_ids.remove(run.id)
    mine.deleted_runs.append(run.id)
    if mine.shown_id == run.id:
        show_run(None)
        mine.shown_deleted = run.id


def undo_delete() -> Run | None:
    """Bring the run that was deleted last back; None when there is none."""
    mine = session()
    run = runs().get(mine.deleted_runs.pop()) if mine.deleted_runs else None
    if run is not None:
        if may_steer(run):
            run.deleted = False
        mine.run_ids.append(run.id)
        mine.run_ids.sort(key={other.id: other.created for other in my_runs()}.__getitem__)
        if mine.shown_deleted == run.id and mine.shown_id is None:
            show_run(run.id)
    return run

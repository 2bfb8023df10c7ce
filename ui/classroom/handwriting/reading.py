"""What the shown network makes of the class: accuracy, mistakes, neighbours, who was never seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from model.classroom.digits.class_scores import Share, class_scores, nearest_writers
from model.classroom.digits.handwriting import WrittenDigit, as_digits
from model.classroom.digits.leave_one_out import FEWEST, LeftOut, train_without
from model.classroom.digits.training_sets import is_of
from model.interpretability.embedding import features_of
from ui.locale import say
from ui.state.ask import ask, ask_in_background
from ui.state.classroom.store import database
from ui.state.classroom.words import name_words
from ui.state.picks import keep_option
from ui.state.session import of_page
from ui.state.shown_network import network, shown_run
from ui.style.words import percent

FEW = 5
"""Digits of one student: with fewer a share says nothing."""
LOOK_SECONDS = 1.0


@dataclass
class NeverSeen:
    """Whom the teacher has left out."""

    who: str | None = None


def writer_words(each: WrittenDigit) -> str:
    """Who wrote a digit."""
    if each.writer is not None:
        return name_words(each.writer)
    if each.brought is not None:
        return say("Writer {number}", number=each.brought + 1)
    return say("somebody")


def reading_of(written: Sequence[WrittenDigit], quiet: bool = False) -> dict[str, int]:
    """What the shown network reads, by the digit's id; nothing while the engine is away."""
    if not written:
        return {}
    found = ask(features_of, network(), as_digits(written), quiet=quiet, spinner=None)
    if found is None:
        return {}
    said = found.probabilities.argmax(axis=1).tolist()
    return {each.id: digit for each, digit in zip(written, said, strict=True)}


def read_class(class_id: str, written: Sequence[WrittenDigit]) -> None:
    """Show how well the shown network reads the class.

    Args:
        class_id: of the class.
        written: the digits that count.
    """
    if not written:
        st.info(say("No digits yet. Ask for some above."))
        return
    digits = as_digits(written)
    found = ask(features_of, network(), digits)
    if found is None:
        return
    writers = [writer_words(each) for each in written]
    scores = class_scores(found.probabilities, digits.labels, writers)
    st.markdown(say("**{share}** of our digits are read rightly.", share=_share(scores.all)))
    run = shown_run()
    own = "" if run is None else run.settings.own
    if own and is_of(database(), own, class_id):
        st.caption(
            say(
                "This network has learned from most of these digits. How it reads those "
                "that it has not seen is told by the validation accuracy of its training.",
            )
        )
    left, right = st.columns(2, gap="large")
    with left:
        _table(
            say("Digit"), {str(n): share for n, share in enumerate(scores.digits) if share.count}
        )
    with right:
        enough = {name: share for name, share in scores.writers.items() if share.count >= FEW}
        if enough:
            _table(say("Writer"), enough)
    nearest = nearest_writers(found.features, digits.labels, writers)
    if nearest:
        st.subheader(say("Whose writing is like whose?"), anchor="like")
        st.caption(
            say(
                "Of each digit, the nearest one of the same kind by somebody else, as the "
                "network sees it: on the numbers of its dense layer.",
            )
        )
        for name, (other, count, total) in nearest.items():
            st.markdown(
                say(
                    "- **{name}**: {other} is nearest, for {count} of {total} digits.",
                    name=name,
                    other=other,
                    count=count,
                    total=total,
                )
            )
    _never_seen(written)


def _share(share: Share) -> str:
    return say(
        "{right} of {count} ({share})",
        right=share.right,
        count=share.count,
        share=percent(share.right / share.count) if share.count else "–",
    )


def _table(head: str, shares: dict[str, Share]) -> None:
    rows = [
        f"| {name} | {say('{part} of {whole}', part=share.right, whole=share.count)} "
        f"| {percent(share.right / share.count)} |"
        for name, share in sorted(
            shares.items(), key=lambda item: (item[1].right / item[1].count, item[0])
        )
    ]
    st.markdown("\n".join([f"| {head} | {say('Read rightly')} | |", "|---|---|---|", *rows]))


def _never_seen(written: Sequence[WrittenDigit]) -> None:
    """Train on everybody but one, and ask about that one."""
    st.subheader(say("Does it read somebody whom it has never seen?"), anchor="never_seen")
    names = {each.who: writer_words(each) for each in written if each.who}
    if len(names) < 2:
        st.caption(say("Two writers at least must be known for this."))
        return
    keep_option("left_out")
    chosen = st.selectbox(
        say("Leave out"), list(names), format_func=lambda one: names[one], key="left_out"
    )
    if len([each for each in written if each.who != chosen]) < FEWEST:
        st.caption(say("The others must have written {count} digits for this.", count=FEWEST))
        return
    asked = of_page(NeverSeen)
    if st.button(say("Train without them"), key="train_without", type="primary"):
        asked.who = chosen
    if chosen is not None and asked.who == chosen:
        _trained(written, chosen, names[chosen])


def _trained(written: Sequence[WrittenDigit], chosen: str, name: str) -> None:
    digits = as_digits(written)
    left_out = np.array([each.who == chosen for each in written])

    @st.fragment(run_every=LOOK_SECONDS)
    def look() -> None:
        found = ask_in_background(train_without, digits, left_out)
        if found is not None:
            st.rerun()
        st.caption(say("A network learns all digits but those of {name} …", name=name))

    found: LeftOut | None = ask_in_background(train_without, digits, left_out)
    if found is None:
        look()
        return
    st.markdown(
        say(
            "A network that has never seen **{name}** reads **{unseen}** of {name}'s "
            "digits, and {learned} of those that it has learned.",
            name=name,
            unseen=_share(found.unseen),
            learned=_share(found.learned),
        )
    )

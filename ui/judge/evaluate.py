"""How good the shown network is: figures, confusion matrix, galleries, calibration."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from model.data import mnist
from model.evaluation.metrics import SLICE, ChanceError, Evaluation, probabilities_of
from model.network import Network
from model.training.rehearsal import as_digits
from ui.components.confusion import confusion
from ui.components.curves import Line, curves
from ui.digit.gallery import gallery
from ui.digit.test_digits import TEST_DIGIT
from ui.frame.tabs import said_tabs
from ui.judge.evaluate_files import save_evaluation
from ui.locale import number_text, say, say_many, to_say
from ui.locale.sentence import Sentence, listed, paragraph
from ui.state.address import keep, start
from ui.state.ask_in_slices import Slice, ask_in_slices
from ui.state.properties import JUDGED
from ui.state.session import ChosenDigit, session
from ui.state.shown_network import network
from ui.style.colours import DARK, LIGHT

SURE_AND_WRONG = 0.9
TABS = (
    to_say("Confusion matrix"),
    to_say("Digit by digit"),
    to_say("Where it fails"),
    to_say("How sure may it be?"),
)
GALLERIES = (to_say("Mistakes"), to_say("Confidently wrong"), to_say("Unsure"))
ONE = {
    "own": to_say("your digit {place}, a {truth}"),
    "full": to_say("test digit {place} of full MNIST, a {truth}"),
}
"""What one of the digits is called that are no test digits of the app's."""


@dataclass(frozen=True)
class TestSet:
    """Digits to be judged by: what they are called, and where they are."""

    name: str
    words: str  # as the page says it, also in a sentence: "500 test digits"
    source: mnist.DigitSource

    @property
    def kind(self) -> str:
        """The name without what tells one person's digits from another's: "own"."""
        return self.name.partition(" ")[0]


def test_sets() -> list[TestSet]:
    """The test sets that there are for this person on this computer."""
    sets = [TestSet("embedded", say("500 test digits"), mnist.Selection("embedded", "test"))]
    if mnist.full_is_here():
        sets.append(TestSet("full", say("10,000 test digits"), mnist.Selection("full", "test")))
    kept = session().kept
    if kept:
        own = as_digits(kept)
        mark = hashlib.blake2b(own.images.tobytes() + own.labels.tobytes(), digest_size=8)
        words = say_many("your {count} digit", "your {count} digits", len(kept))
        sets.append(TestSet(f"own {mark.hexdigest()}", words, own))
    return sets


def _words_of(kind: str) -> str:
    return next(each.words for each in test_sets() if each.kind == kind)


def evaluate() -> None:
    """Let a test set be chosen, read it, and show everything that follows."""
    sets = {each.kind: each for each in test_sets()}
    usual = next(iter(sets))
    wanted = st.segmented_control(
        say("Judge it by"),
        list(sets),
        format_func=lambda kind: sets[kind].words,
        required=True,
        default=start(JUDGED, list(sets), usual),
        key=f"judged_by_{len(sets)}",
        persist_state="session",
        label_visibility="collapsed",  # the figures begin higher
    )
    chosen = sets[str(wanted)]
    keep({JUDGED: chosen.kind if chosen.kind != usual else None})
    taught = session().taught
    if chosen.kind == "own" and taught is not None and session().shown_id == taught.id:
        st.info(
            say(
                "This network was taught such digits. Those that it has learned from say "
                "little of how it reads new ones.",
            ),
            icon=":material/info:",
        )
    current = network()
    ask_in_slices(
        ("evaluate", current.fingerprint, chosen.name),
        partial(_slices, current, chosen),
        partial(_show, chosen),
        key=f"evaluate_{chosen.kind}",
        label=say("Reading {digits}", digits=chosen.words),
    )
    if "full" not in sets:
        st.caption(
            say(
                "The 10,000 test digits of full MNIST are not on this computer. Download "
                "them on the Train page, under Digits; then they can be chosen here. "
                "Digits that you correct on the Draw page make a test set of your own.",
            )
        )


def _slices(current: Network, chosen: TestSet) -> list[Slice[np.ndarray]]:
    return [partial(_begin, current, part) for part in _parts(chosen.source)]


def _parts(source: mnist.DigitSource) -> Sequence[mnist.DigitSource]:
    """The digits in slices: a person's own are sent to the worker, others are named."""
    if isinstance(source, mnist.Selection):
        return source.slices(SLICE)
    places = np.arange(len(source))
    return [source.take(places[at : at + SLICE]) for at in range(0, len(source), SLICE)]


def _begin(
    current: Network, part: mnist.DigitSource, before: Sequence[np.ndarray]
) -> partial[np.ndarray]:
    return partial(probabilities_of, current, part)


def _show(chosen: TestSet, results: Sequence[np.ndarray], complete: bool) -> None:
    data = mnist.digits_of(chosen.source)
    said = np.concatenate(results)
    found = Evaluation(data.labels[: len(said)], said)
    _figures(found)
    matrix, digits, fails, sure = said_tabs(TABS, "evaluate_tabs")
    with matrix:
        table, cell = st.columns([3, 2], gap="large")
        with table:
            picked = confusion(found.confusion, key=f"confusion_{chosen.name}")
        with cell:
            _cell(data, found, picked if complete else None, chosen)
    if not complete:
        return
    with digits:
        _per_digit(found)
    with fails:
        _galleries(data, found, chosen)
    with sure:
        _calibration(found)
    save_evaluation(found, chosen.kind, network().origin, partial(_words_of, chosen.kind))


def _figures(found: Evaluation) -> None:
    low, high = found.interval
    wrong = len(found) - found.right
    with st.grid("auto", min_column_width=170):
        st.metric(
            say("Accuracy"),
            number_text(found.accuracy, ".2%"),
            say("{low:.2%} to {high:.2%}", low=low, high=high),
            delta_color="off",
            delta_arrow="off",
            help=say(
                "The share of digits read rightly. Below it the 95% interval (Wilson): on "
                "other digits of this kind the true share lies in it with a probability of "
                "about 95%. More digits make it narrower.",
            ),
        )
        st.metric(say("Mistakes"), say("{part:,} of {whole:,}", part=wrong, whole=len(found)))
        st.metric(
            say("Loss"),
            number_text(found.loss, ".4f"),
            help=(
                say(
                    "The mean of −log(probability of the true digit). Being sure and wrong "
                    "costs most.",
                )
            ),
        )
        st.metric(
            say("Calibration error"),
            number_text(found.reliability().error, ".2%"),
            help=say(
                "How far its confidence is from the share of right answers, in the mean. "
                "See “How sure may it be?”.",
            ),
        )


def _cell(
    data: mnist.Digits, found: Evaluation, picked: tuple[int, int] | None, chosen: TestSet
) -> None:
    if picked is None:
        st.caption(say("Red cells are mistakes. Click a cell to see its digits, the surest first."))
        return
    truth, answer = picked
    places = found.cell(truth, answer)
    if truth == answer:
        words = say("{count:,} × a {truth} read rightly", count=len(places), truth=truth)
    else:
        words = say(
            "{count:,} × a {truth} taken for a {answer}",
            count=len(places),
            truth=truth,
            answer=answer,
        )
    st.markdown(f"**{words}**")
    _pictures(data, found, places, chosen, f"cell_{truth}_{answer}")


def _pictures(
    data: mnist.Digits, found: Evaluation, places: np.ndarray, chosen: TestSet, key: str
) -> None:
    labels = [
        f"{data.labels[p]}→{found.answers[p]} {number_text(float(found.confidence[p]), '.0%')}"
        for p in places
    ]

    def digit(number: int) -> ChosenDigit:
        place = int(places[number])
        truth = int(data.labels[place])
        pixels = data.take(np.array([place])).inputs()[0]
        at = place if chosen.kind == "embedded" else None
        words = Sentence(ONE.get(chosen.kind, TEST_DIGIT), {"place": place, "truth": truth})
        return ChosenDigit(pixels, words, truth, at)

    mark = f"{key}_{chosen.name}_{network().fingerprint[:8]}"
    gallery(data.images[places], labels, digit, key=mark, size=64)


def _per_digit(found: Evaluation) -> None:
    st.caption(
        say(
            "**Recall**: of all 3s, how many are read as a 3? **Precision**: of all "
            "answers “3”, how many are a 3?",
        )
    )
    rows = "".join(
        f"<tr><td>{digit}</td><td>{number_text(found.confusion[digit].sum())}</td>"
        f"<td>{_percent(found.recall[digit])}</td><td>{_percent(found.precision[digit])}</td>"
        f"<td>{_most_taken_for(found, digit)}</td></tr>"
        for digit in range(10)
    )
    st.html(
        f"<table class='ds-scores'><tr><th>{say('Digit')}</th><th>{say('Count')}</th>"
        f"<th>{say('Recall')}</th><th>{say('Precision')}</th>"
        f"<th>{say('Most taken for')}</th></tr>{rows}</table>"
    )


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else number_text(share, ".1%")


def _most_taken_for(found: Evaluation, digit: int) -> str:
    row = found.confusion[digit].copy()
    row[digit] = 0
    return f"{row.argmax()} ({number_text(row.max())} ×)" if row.max() else "–"


def _galleries(data: mnist.Digits, found: Evaluation, chosen: TestSet) -> None:
    shown = (
        (found.mistakes(), say("Every wrong answer, the surest first.")),
        (
            found.confidently_wrong(SURE_AND_WRONG),
            say(
                "Wrong, with a confidence of {share:.0%} or more. Would you have known?",
                share=SURE_AND_WRONG,
            ),
        ),
        (
            found.unsure(),
            say("Right or wrong: the two best answers are nearest to each other here."),
        ),
    )
    kind = str(
        st.segmented_control(
            say("Show"),
            GALLERIES,
            format_func=say,
            default=GALLERIES[0],
            required=True,
            key="gallery_kind",
            persist_state="session",
            label_visibility="collapsed",
        )
    )
    places, words = shown[GALLERIES.index(kind)]
    st.caption(paragraph(words, say("Below each: true digit → answer, confidence.")))
    _pictures(data, found, places, chosen, f"gallery_{kind}")


def _calibration(found: Evaluation) -> None:
    bins = found.reliability()
    filled = bins.counts > 0
    diagram, words = st.columns([3, 2], gap="large")
    with diagram:
        _reliability(bins.confidence[filled], bins.accuracy[filled])
    counts = listed(
        say("{low:.0%} to {high:.0%}: {count:,}", low=low, high=high, count=count)
        for low, high, count in zip(bins.edges, bins.edges[1:], bins.counts, strict=False)
        if count
    )
    with words:
        meaning = say(
            "Of all answers with a confidence of about 80%, 80% should be right. "
            "**Below the dashed line** it is too sure of itself, above it too modest. "
            "The mean distance, weighted by the number of answers, is the **expected "
            "calibration error**: {error:.2%}.",
            error=bins.error,
        )
        chance = chance_words(bins.error, found.error_by_chance(), len(found))
        st.markdown(paragraph(meaning, chance))
        st.caption(
            say(
                "Answers in each bin of confidence: {counts}. Few answers make a shaky point.",
                counts=counts,
            )
        )


def _reliability(confidence: np.ndarray, accuracy: np.ndarray) -> None:
    ends = np.array([0.0, 1.0])
    curves(
        [
            Line(
                say("As sure as right"), ends, ends, ("#7a828e", "#9aa3af"), faint=True, dashed=True
            ),
            Line(
                say("This network"),
                confidence,
                accuracy,
                (LIGHT.training, DARK.training),
            ),
        ],
        key="reliability",
        title=say("Reliability diagram"),
        x_label=say("confidence"),
        y_label=say("share read rightly"),
        y_format="percent",
        y_range=(0.0, 1.02),
        height=300,
    )


def chance_words(error: float, chance: ChanceError, count: int) -> str:
    """Whether a calibration error says anything, with so many digits."""
    words = say(
        "With {count:,} digits chance alone gives a perfect network {mean:.2%}, and in "
        "95 of 100 cases no more than {high:.2%}.",
        count=count,
        mean=chance.mean,
        high=chance.high,
    )
    if error <= chance.high:
        return paragraph(words, say("This one is no worse than that."))
    return paragraph(words, say("This one's error is more than chance."))

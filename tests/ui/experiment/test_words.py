"""What experiments tell is said in another language whole: no outcome keeps its English."""

from collections.abc import Callable, Sequence

import pytest

from model.experiments import Experiment, Part, elsewhere, few, leak, small, why
from model.experiments.measured import measured
from tests.pages.said import english
from ui.experiment.elsewhere import far_words, guess_words
from ui.experiment.few import conclusion as few_words
from ui.experiment.few import law_words
from ui.experiment.frame import machine_words
from ui.experiment.leak import alarm_words, arm_words, price_words, remedy_words
from ui.experiment.leak import conclusion as leak_words
from ui.experiment.small import conclusions, rows_by_point, student_words
from ui.experiment.small_points import figures_words, point_words
from ui.experiment.why import digits_words, faq_words, learner_table, mixed_words, moved_words
from ui.experiment.without_labels import labels_words, turns_words
from ui.locale import speaking
from ui.locale.pseudo import PSEUDO

NAMES = frozenset({"int", "conv", "output"})
"""How numbers are written in a file, and layers: they stay English."""

Told = Callable[[Sequence[Part]], str]
TOLD: tuple[tuple[Experiment, Told], ...] = (
    (few.EXPERIMENT, few_words),
    (few.EXPERIMENT, lambda parts: law_words(parts, few.FewSettings())),
    (elsewhere.EXPERIMENT, far_words),
    (elsewhere.EXPERIMENT, lambda parts: guess_words(parts, 0.5)),
    (elsewhere.EXPERIMENT, lambda parts: labels_words(parts, "tuned")),
    (elsewhere.EXPERIMENT, turns_words),
    (leak.EXPERIMENT, leak_words),
    (leak.EXPERIMENT, lambda parts: alarm_words(parts, "lira")),
    (leak.EXPERIMENT, lambda parts: remedy_words(parts, 100)),
    (leak.EXPERIMENT, lambda parts: " ".join(map(arm_words, ("plain", "dropout", "noise0.5")))),
    (leak.EXPERIMENT, price_words),
    (small.EXPERIMENT, lambda parts: " ".join(conclusions(parts, 0.5))),
    (small.EXPERIMENT, lambda parts: " ".join(student_words(parts))),
    (small.EXPERIMENT, lambda parts: " ".join(map(point_words, rows_by_point(parts)))),
    (small.EXPERIMENT, lambda parts: " ".join(map(figures_words, rows_by_point(parts).values()))),
    (why.EXPERIMENT, digits_words),
    (why.EXPERIMENT, moved_words),
    (why.EXPERIMENT, mixed_words),
    (why.EXPERIMENT, lambda parts: " ".join(faq_words(parts))),
    (why.EXPERIMENT, learner_table),
)


@pytest.mark.parametrize("number", range(len(TOLD)))
def test_no_sentence_keeps_its_english(number: int) -> None:
    experiment, words = TOLD[number]
    known = measured(experiment)
    assert known is not None
    with speaking(PSEUDO):
        told = words(known.parts)
    assert len(told) > 20
    assert english(told, NAMES) == []
    assert english(words(known.parts), NAMES)  # the same in English is found


@pytest.mark.parametrize(
    ("machine", "words"),
    [("AMD EPYC, 2 cores", "AMD EPYC, 2 çöréš"), ("arm, 1 cores", "arm, 1 çöré")],
)
def test_a_computer_s_cores_are_counted_in_the_language(machine: str, words: str) -> None:
    with speaking(PSEUDO):
        assert machine_words(machine).rstrip("· ") == words


@pytest.mark.parametrize("machine", ["", "a laptop", "cores", ", 2 cores", "arm, many cores"])
def test_what_is_no_computer_of_ours_stays_as_it_is(machine: str) -> None:
    with speaking(PSEUDO):
        assert machine_words(machine) == machine

"""The words of an answer."""

import pytest

from model.evaluation.verdict import Judgement, Rules, Verdict
from model.network.digit_detector import detector_card
from tests.markup import text_of
from ui.digit.answer import digit_words, said, sure_words


def verdict(judgement: Judgement) -> Verdict:
    return Verdict(judgement, 4, 0.62, 9, 0.32)


@pytest.mark.parametrize(
    ("judgement", "words"),
    [
        (Judgement.SURE, "Sure."),
        (Judgement.UNSURE, "Not sure: perhaps a 4."),
        (Judgement.UNFINISHED, "So far perhaps a 4."),
        (Judgement.STRANGE, "does not look like a digit"),
    ],
)
def test_every_judgement_has_its_sentence(judgement: Judgement, words: str) -> None:
    assert words in said(verdict(judgement))


def test_what_decides_and_the_runner_up_are_told() -> None:
    words = said(verdict(Judgement.UNSURE), rules=Rules(0.971, 0.95, 0.999))
    assert "4 has 62.0%; this network is sure from 97.1% on." in words
    assert "runner-up 9 has 30.0%" in words
    assert "4 has 62.0%. The runner-up" in said(verdict(Judgement.UNSURE))
    never = said(verdict(Judgement.UNSURE), rules=Rules(float("inf"), 0.0, 0.0))
    assert "wrong too often" in never


def test_a_probability_above_the_limit_that_is_not_sure_has_its_reason() -> None:
    rules, high = Rules(0.971, 0.95, 0.999), Verdict(Judgement.UNSURE, 4, 0.98, 9, 0.97)
    assert "the detector, a second network, does not agree" in said(high, rules=rules)
    low = verdict(Judgement.UNSURE)
    assert "detector" not in said(low, rules=rules) + said(low) + said(high)


def test_a_probability_just_below_the_limit_reads_smaller_than_it() -> None:
    close = Verdict(Judgement.UNSURE, 7, 0.99964, 1, 0.99961)
    words = said(close, rules=Rules(0.9997, 0.95, 0.999))
    assert "7 has 99.96%; this network is sure from 99.97% on." in words
    assert "1 has 0.003%" in words


def test_a_known_label_tells_right_from_wrong() -> None:
    assert "which is right" in said(verdict(Judgement.SURE), 4)
    assert "it is a 9" in text_of(said(verdict(Judgement.SURE), 9))
    assert "which is right" not in said(verdict(Judgement.SURE), 9)


def test_the_reasons_name_the_measured_figures() -> None:
    assert "not measured" in sure_words(None)
    assert "never sure" in sure_words(Rules(float("inf"), 0.0, 0.0))
    words = sure_words(Rules(0.971, 0.95, 1.0))
    assert "Of its 475 answers with at least **97.1%**, 475 were right." in words
    assert "between 99.2% and 100.0%" in words  # Wilson: 475 / (475 + 1.96²)
    refused = detector_card()["refused"]["MNIST's test digits"]
    assert f"**{refused:.1%}**" in digit_words()

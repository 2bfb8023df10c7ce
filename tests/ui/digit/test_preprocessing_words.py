"""Each step and each reason has its words on the screen."""

import pytest

from model.predict import SENTENCES
from model.preprocessing.image_file import PictureProblem
from model.preprocessing.pipeline import STEPS, Problem, StepKey
from ui.digit.preprocessing_words import STEP_WORDS, problem_sentence, step_sentence


def test_the_steps_have_words_in_their_order() -> None:
    assert list(STEP_WORDS) == list(STEPS)
    assert len({words.title for words in STEP_WORDS.values()}) == len(STEPS)


@pytest.mark.parametrize("key", STEPS)
def test_a_step_that_is_off_says_what_happens_without_it(key: StepKey) -> None:
    assert step_sentence(key, on=False).startswith("Off: ")
    assert not step_sentence(key, on=True).startswith("Off")


@pytest.mark.parametrize("problem", [*Problem, *PictureProblem])
def test_each_reason_is_a_sentence_of_its_own(problem: Problem | PictureProblem) -> None:
    sentence = problem_sentence(problem)
    assert sentence == SENTENCES[problem]
    assert [problem_sentence(other) for other in (*Problem, *PictureProblem)].count(sentence) == 1

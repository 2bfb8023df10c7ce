"""What the stage says."""

from model.network import LayerKind
from model.preprocessing.pipeline import Problem
from ui.components.stage import StageWords, StepShown
from ui.digit.preprocessing_words import problem_sentence
from ui.locale import say, to_say

EMPTY = to_say("Draw a digit.")

STEPS = (
    (
        to_say(
            "1 Preprocessing: the drawing is cropped, scaled to 28×28 pixels and "
            "centred; paper is 0 and ink is 1.",
        ),
        ("input",),
    ),
    (
        to_say(
            "2 Convolution: a kernel of 3×3 weights slides over the picture, multiplies and adds.",
        ),
        ("input", LayerKind.CONVOLUTION),
    ),
    (
        to_say("3 Activation: ReLU turns every negative sum into 0; only what was found goes on."),
        (LayerKind.CONVOLUTION,),
    ),
    (
        to_say(
            "4 Pooling: of every 2×2 values one goes on, so a map has half the height and width.",
        ),
        (LayerKind.CONVOLUTION, LayerKind.POOLING),
    ),
    (
        to_say(
            "5 Dense layers: all that is left is weighed into ten scores; softmax "
            "makes ten probabilities of them.",
        ),
        (LayerKind.DENSE, "output"),
    ),
)
"""The steps of the lesson, for keys 1 to 5, and the kinds of layers that each brings forward."""


def stage_words() -> StageWords:
    """What the stage is told to say, in the language of the page."""
    problems = {problem.value: problem_sentence(problem) for problem in Problem}
    return StageWords(
        problems=problems | {Problem.BLANK.value: say(EMPTY)},
        empty=say(EMPTY),
        steps=[StepShown(say(sentence), kinds) for sentence, kinds in STEPS],
    )


LESSON = (
    to_say(
        "A **convolutional neural network** reads your digit, all of it at once: each "
        "small square is one feature map, a lit place is a found piece of a stroke. The "
        "lines are the products that count most for the answer. **Point** at a square to "
        "see what made it, **click** to open its sum, click another digit on the right to "
        "see what spoke for it. **Train** starts anew with an untrained network. While you "
        "present, keys 1 to 5 bring the five steps forward.\n\n1. **Preprocessing.** "
        "Cropped, scaled to 28×28 pixels, centred; 0 is paper and 1 is ink.\n2. "
        "**Convolution.** $y(i,j) = \\sum_p \\sum_q x(i+p,\\, j+q)\\, k(p,q)$, plus a "
        "bias.\n3. **Activation.** ReLU: $f(x) = \\max(0, x)$.\n4. **Pooling.** Of every "
        "2×2 values one goes on.\n5. **Dense layers.** Ten scores; softmax makes ten "
        "probabilities of them.",
    ),
    to_say("Draw a 7, then a bar through it. Which maps change, and does the answer?"),
    to_say(
        "Maps of conv1 that look for horizontal edges light up along the bar. The later "
        "layers have seen sevens with and without a bar, so the answer stays.",
    ),
)
"""What one sees here, a question for the class, and its answer."""

"""What the stage says."""

from model.network import LayerKind
from model.preprocessing.pipeline import Problem
from ui.components.stage import StageWords, StepShown
from ui.digit.preprocessing_words import problem_sentence
from ui.locale import to_say

EMPTY = to_say("Draw a digit.")

WORDS = StageWords(
    judgements={
        "sure": to_say("Sure. {share}; next is {second} with {next}."),
        "unsure": to_say("Not sure. {share}; next is {second} with {next}."),
        "unfinished": to_say("So far perhaps a {digit}."),
        "strange": to_say("This does not look like a digit. The likeliest guess is {digit}."),
        "": to_say("{share}; next is {second} with {next}."),
    },
    problems={problem.value: problem_sentence(problem) for problem in Problem}
    | {Problem.BLANK.value: EMPTY},
    empty=EMPTY,
    several=to_say("Several digits. The network shows the marked one."),
    choose=to_say("Which digit the network shows"),
    by=to_say("Read by: {name}"),
    untrained=to_say(", untrained"),
    off=(to_say("1 map is off."), to_say("{count} maps are off.")),
    whole=to_say("With all maps: {digit}, {share}."),
    away=to_say("The connection is lost. Connecting again; your drawing is kept."),
    lost=to_say("This page has lost its server. Load it again; your drawing is kept."),
    steps=(
        StepShown(
            to_say(
                "1 Preprocessing: the drawing is cropped, scaled to 28×28 pixels and "
                "centred; paper is 0 and ink is 1.",
            ),
            ("input",),
        ),
        StepShown(
            to_say(
                "2 Convolution: a kernel of 3×3 weights slides over the picture, "
                "multiplies and adds.",
            ),
            ("input", LayerKind.CONVOLUTION),
        ),
        StepShown(
            to_say(
                "3 Activation: ReLU turns every negative sum into 0; only what was found goes on.",
            ),
            (LayerKind.CONVOLUTION,),
        ),
        StepShown(
            to_say(
                "4 Pooling: of every 2×2 values one goes on, so a map has half the height "
                "and width.",
            ),
            (LayerKind.CONVOLUTION, LayerKind.POOLING),
        ),
        StepShown(
            to_say(
                "5 Dense layers: all that is left is weighed into ten scores; softmax "
                "makes ten probabilities of them.",
            ),
            (LayerKind.DENSE, "output"),
        ),
    ),
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

"""Five lessons of 45 minutes: aims, steps with links that open exact views, questions, pitfalls.

They follow the five steps of the course: preprocessing, convolution, activation and pooling,
training, and what may be trusted. Nothing here needs more than this app and a projector.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ui.state.pages import PageName

MINUTES = 45
SEVEN = "350"
"""A test digit that is a 7; filter 21 of the first layer answers it most, at row 7, column 20."""
THREE = "150"
"""A test digit that is a 3."""


@dataclass(frozen=True)
class Link:
    """A view of the app: a page, and what its address says."""

    words: str
    page: PageName
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A part of a lesson.

    Attributes:
        minutes: that it takes.
        title: in some words.
        text: what teacher and class do. Markdown.
        links: the views that are used.
        worksheet: the name of one that is used; empty for none.
    """

    minutes: int
    title: str
    text: str
    links: tuple[Link, ...] = ()
    worksheet: str = ""


@dataclass(frozen=True)
class Question:
    """For the class, with its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class LessonPlan:
    """One lesson.

    Attributes:
        title: of the lesson.
        aims: what a student can do afterwards.
        steps: 45 minutes together.
        questions: for a talk or a test.
        pitfalls: what goes wrong, and what helps.
    """

    title: str
    aims: tuple[str, ...]
    steps: tuple[Step, ...]
    questions: tuple[Question, ...]
    pitfalls: tuple[str, ...]


PIXELS = LessonPlan(
    "What a computer sees",
    (
        "say what a grey picture is for a computer: a table of numbers;",
        "name the steps that make 28×28 numbers of a drawing or a photo;",
        "explain why a digit is centred and scaled before it is read.",
    ),
    (
        Step(
            8,
            "Draw, and be read",
            "Everybody draws their own 7 on the stage. Who is misread? Collect three that were, "
            "and do not explain them yet.",
            (Link("The stage", "stage"),),
        ),
        Step(
            12,
            "A digit by hand",
            "On paper: draw a digit into the grid of 28×28 and shade its cells from 0 (paper) to 9 "
            "(ink). Neighbours exchange sheets and name the digit from the numbers alone.",
            worksheet="grid",
        ),
        Step(
            15,
            "Step by step",
            "Draw a small digit into a corner, then a huge one. Follow both through the steps: "
            "what is cut out, what is scaled, where does it land? Switch a step off, read again.",
            (Link("Draw, with all steps", "draw"),),
        ),
        Step(
            10,
            "Back to the three that failed",
            "Find for each the step where a person would have done something else. Write one "
            "sentence a digit.",
            (Link("Draw", "draw"),),
        ),
    ),
    (
        Question(
            "A photo has 12 million pixels, the network gets 784. What is lost, and what is not?",
            "Colour, paper, the place and the size are lost, and fine detail. The shape of the "
            "stroke stays, and that is what tells a 3 from an 8.",
        ),
        Question(
            "Why is ink 1 and paper 0, and not the other way round?",
            "Only a convention, MNIST's. But the network has learned with it: a digit with paper 1 "
            "and ink 0 would be a picture unlike any that it has seen.",
        ),
    ),
    (
        "A pencil on squared paper photographs badly: a felt pen is read at once.",
        "Two digits that touch are one digit for the app. Leave a gap as wide as a finger.",
    ),
)

CONVOLUTION = LessonPlan(
    "A window that slides",
    (
        "compute a convolution by hand: nine products, their sum, a bias;",
        "say what a kernel responds to, and show a place where it does;",
        "read a feature map: bright where the pattern is, dark where it is not.",
    ),
    (
        Step(
            7,
            "Which picture belongs to which kernel?",
            "Show the 32 feature maps of the first layer. Which of them react to upright edges, "
            "which to level ones? Vote before the kernels are shown.",
            (Link("32 feature maps of a 7", "feature_maps", {"layer": "conv1", "digit": SEVEN}),),
        ),
        Step(
            18,
            "By hand",
            "Everybody fills the worksheet: slide the kernel over the 6×6 picture. The second row "
            "is done in pairs, one computes, one checks.",
            worksheet="convolution",
        ),
        Step(
            12,
            "The same on screen",
            "Let the window slide over a real digit, and stop at a place where the sum is large. "
            "Check one sum with a calculator: the app shows all its products.",
            (
                Link(
                    "One sum of the first layer",
                    "arithmetic",
                    {"layer": "conv1", "channel": "21", "row": "7", "column": "20", "digit": SEVEN},
                ),
            ),
        ),
        Step(
            8,
            "Make a kernel of your own idea",
            "On paper: nine numbers that react to a line from bottom left to top right. Is there "
            "one like it among the 32?",
            (Link("The learned kernels", "filters", {"layer": "conv1"}),),
        ),
    ),
    (
        Question(
            "A 28×28 picture and a 3×3 kernel give a 26×26 map. Why not 28×28?",
            "The window has to lie inside of the picture: it can stand at 26 places in a row.",
        ),
        Question(
            "How many numbers does the first layer learn, and why so few?",
            "32 kernels of nine numbers and 32 biases: 320. The same nine are used at all 676 "
            "places, so a pattern has to be learned only once.",
        ),
    ),
    (
        "Mathematicians flip the kernel before they slide it. In deep learning nobody does: say so "
        "if someone has read it elsewhere.",
        "“Bright” means large, and not “ink”: a map can be bright on empty paper if its bias is.",
    ),
)

LAYERS = LessonPlan(
    "Keep what counts",
    (
        "apply ReLU and 2×2 max pooling to a small table;",
        "say how much of the picture one number of the third layer has seen;",
        "follow the strongest path from the ink to the answer.",
    ),
    (
        Step(
            10,
            "Two small rules",
            "Go on with last lesson's worksheet: ReLU, then pooling. Which numbers had no effect "
            "at all on the result?",
            worksheet="convolution",
        ),
        Step(
            12,
            "Where does this number come from?",
            "Open one pixel of the pooled map, find the four values that it was chosen from, and "
            "the winner. Then one pixel deeper: its receptive field grows.",
            (
                Link(
                    "A pooled pixel",
                    "arithmetic",
                    {"layer": "pool1", "channel": "21", "row": "3", "column": "10", "digit": SEVEN},
                ),
                Link("The whole network", "network_view", {"digit": SEVEN}),
            ),
        ),
        Step(
            13,
            "What spoke for it?",
            "On the stage: draw, and follow the strongest path. Click another output: what spoke "
            "for a 1? Open three units on the path and read their largest products aloud.",
            (Link("The stage", "stage"),),
        ),
        Step(
            10,
            "Switch a filter off",
            "Everybody guesses whether the answer changes when one filter of 32 is off. Try the "
            "one with the largest effect, then ten others.",
            (Link("What if?", "what_if", {"digit": SEVEN, "off": "conv1.21"}),),
        ),
    ),
    (
        Question(
            "Pooling throws three of four numbers away. Why does the network not get worse?",
            "What counts is whether a pattern is there, and about where. Pooling keeps that, and "
            "makes small shifts harmless.",
        ),
        Question(
            "Without ReLU, could the three convolutions be replaced by one?",
            "Yes, but for pooling: sums of sums are sums again. ReLU is what makes depth worth "
            "something.",
        ),
    ),
    (
        "A dark map is not a broken one: this digit has nothing that its kernel looks for.",
        "The receptive field is the largest region that can matter. Not all of it does.",
    ),
)

LEARNING = LessonPlan(
    "How it learns",
    (
        "say what loss, epoch, batch and learning rate are;",
        "recognise overfitting in two curves;",
        "read a confusion matrix and compute accuracy and recall from it.",
    ),
    (
        Step(
            12,
            "Watch it learn",
            "Press Train on the stage, with a digit on the sheet. Before: guess after how many "
            "epochs it is read rightly. Afterwards scrub back and forth.",
            (Link("The stage", "stage"),),
        ),
        Step(
            15,
            "Break it",
            "In groups, one each: a learning rate that is far too large; ten training digits; a "
            "single epoch; a network with very few filters. Predict the curve, run, compare.",
            (Link("Train", "train"),),
        ),
        Step(
            10,
            "Count the mistakes",
            "On paper: fill the confusion matrix from the list, and compute accuracy, and recall "
            "of one digit. Then the real one: which two digits are confused most?",
            (Link("Evaluate", "evaluate"),),
            "confusion",
        ),
        Step(
            8,
            "How few digits are enough?",
            "Guess, then open the result. Where would you stop collecting?",
            (Link("The experiment", "few"),),
        ),
    ),
    (
        Question(
            "Training loss falls, validation loss rises. What happens, and what would you do?",
            "The network learns its training digits by heart. Stop earlier, vary the digits, or "
            "collect more.",
        ),
        Question(
            "A network answers “1” to every digit. What is its accuracy on a balanced set, and its "
            "recall for 1?",
            "10 % and 100 %: one number alone can hide everything.",
        ),
    ),
    (
        "Thirty trainings at once share this computer: each shows its place in the queue.",
        "With ten digits an epoch is one step. Compare steps, not epochs.",
    ),
)

TRUST = LessonPlan(
    "May we trust it?",
    (
        "tell “sure” from “right”, and say how each is measured;",
        "find an input that fools the network, and say why it does;",
        "judge an explanation by a test, and not by how good it looks.",
    ),
    (
        Step(
            10,
            "No digit at all",
            "Draw a letter, a face, a scribble. What does the network say, and what does the app "
            "say about it?",
            (
                Link("The stage", "stage"),
                Link("Pictures of other kinds", "robustness", {"part": "Elsewhere"}),
            ),
        ),
        Step(
            12,
            "Turn, shift, blur",
            "Each group takes one slider and finds where the answer tips over. Collect the limits "
            "on the board: for which changes is the network better than expected?",
            (Link("Robustness", "robustness", {"digit": THREE}),),
        ),
        Step(
            13,
            "Is the explanation true?",
            "Look at two explanations of one answer. Vote which is better. Then delete the pixels "
            "in the order that each names: which one was right?",
            (
                Link("Explain", "explain", {"digit": THREE}),
                Link("Is it true?", "trust", {"digit": THREE}),
            ),
        ),
        Step(
            10,
            "Where would you use it?",
            "Postcodes, exam sheets, bank transfers: for each, who is harmed by a mistake, who "
            "finds it, and what should the machine do when it is not sure?",
        ),
    ),
    (
        Question(
            "The network is 99.9 % sure that a letter A is a 4. Is it broken?",
            "No: its ten shares always add up to 1, so one of the ten must win. Whether it is a "
            "digit at all has to be asked by something else.",
        ),
        Question(
            "Two methods explain the same answer differently. Can both be right?",
            "They answer different questions: what would change the answer, and what the sum is "
            "made of. Ask which question a method answers before you compare.",
        ),
    ),
    (
        "A nice picture is no proof: a map of the ink alone looks nice for every answer.",
        "Do not collect real names or signatures for this lesson: digits are enough.",
    ),
)

LESSONS = (PIXELS, CONVOLUTION, LAYERS, LEARNING, TRUST)

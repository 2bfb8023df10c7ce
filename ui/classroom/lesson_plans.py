"""Five lessons of 45 minutes: aims, steps with links that open exact views, questions, pitfalls.

They follow the five steps of the course: preprocessing, convolution, activation and pooling,
training, and what may be trusted. Nothing here needs more than this app and a projector.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ui.locale import to_say
from ui.state.pages import PageName

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
    to_say("What a computer sees"),
    (
        to_say("say what a grey picture is for a computer: a table of numbers;"),
        to_say("name the steps that make 28×28 numbers of a drawing or a photo;"),
        to_say("explain why a digit is centred and scaled before it is read."),
    ),
    (
        Step(
            8,
            to_say("Draw, and be read"),
            to_say(
                "Everybody draws their own 7 on the stage. Who is misread? Collect three "
                "that were, and do not explain them yet.",
            ),
            (Link(to_say("The stage"), "stage"),),
        ),
        Step(
            12,
            to_say("A digit by hand"),
            to_say(
                "On paper: draw a digit into the grid of 28×28 and shade its cells from 0 "
                "(paper) to 9 (ink). Neighbours exchange sheets and name the digit from "
                "the numbers alone.",
            ),
            worksheet="grid",
        ),
        Step(
            15,
            to_say("Step by step"),
            to_say(
                "Draw a small digit into a corner, then a huge one. Follow both through "
                "the steps: what is cut out, what is scaled, where does it land? Switch a "
                "step off, read again.",
            ),
            (Link(to_say("Draw, with all steps"), "draw"),),
        ),
        Step(
            10,
            to_say("Back to the three that failed"),
            to_say(
                "Find for each the step where a person would have done something else. "
                "Write one sentence a digit.",
            ),
            (Link(to_say("Draw"), "draw"),),
        ),
    ),
    (
        Question(
            to_say(
                "A photo has 12 million pixels, the network gets 784. What is lost, and "
                "what is not?",
            ),
            to_say(
                "Colour, paper, the place and the size are lost, and fine detail. The "
                "shape of the stroke stays, and that is what tells a 3 from an 8.",
            ),
        ),
        Question(
            to_say("Why is ink 1 and paper 0, and not the other way round?"),
            to_say(
                "Only a convention, MNIST's. But the network has learned with it: a digit "
                "with paper 1 and ink 0 would be a picture unlike any that it has seen.",
            ),
        ),
    ),
    (
        to_say("A pencil on squared paper photographs badly: a felt pen is read at once."),
        to_say(
            "Two digits that touch are one digit for the app. Leave a gap as wide as a finger.",
        ),
    ),
)

CONVOLUTION = LessonPlan(
    to_say("A window that slides"),
    (
        to_say("compute a convolution by hand: nine products, their sum, a bias;"),
        to_say("say what a kernel responds to, and show a place where it does;"),
        to_say("read a feature map: bright where the pattern is, dark where it is not."),
    ),
    (
        Step(
            7,
            to_say("Which picture belongs to which kernel?"),
            to_say(
                "Show the 32 feature maps of the first layer. Which of them react to "
                "upright edges, which to level ones? Vote before the kernels are shown.",
            ),
            (
                Link(
                    to_say("32 feature maps of a 7"),
                    "feature_maps",
                    {"layer": "conv1", "digit": SEVEN},
                ),
            ),
        ),
        Step(
            18,
            to_say("By hand"),
            to_say(
                "Everybody fills the worksheet: slide the kernel over the 6×6 picture. The "
                "second row is done in pairs, one computes, one checks.",
            ),
            worksheet="convolution",
        ),
        Step(
            12,
            to_say("The same on screen"),
            to_say(
                "Let the window slide over a real digit, and stop at a place where the sum "
                "is large. Check one sum with a calculator: the app shows all its products.",
            ),
            (
                Link(
                    to_say("One sum of the first layer"),
                    "arithmetic",
                    {"layer": "conv1", "channel": "21", "row": "7", "column": "20", "digit": SEVEN},
                ),
            ),
        ),
        Step(
            8,
            to_say("Make a kernel of your own idea"),
            to_say(
                "On paper: nine numbers that react to a line from bottom left to top "
                "right. Is there one like it among the 32?",
            ),
            (Link(to_say("The learned kernels"), "filters", {"layer": "conv1"}),),
        ),
    ),
    (
        Question(
            to_say("A 28×28 picture and a 3×3 kernel give a 26×26 map. Why not 28×28?"),
            to_say(
                "The window has to lie inside of the picture: it can stand at 26 places in a row.",
            ),
        ),
        Question(
            to_say("How many numbers does the first layer learn, and why so few?"),
            to_say(
                "32 kernels of nine numbers and 32 biases: 320. The same nine are used at "
                "all 676 places, so a pattern has to be learned only once.",
            ),
        ),
    ),
    (
        to_say(
            "Mathematicians flip the kernel before they slide it. In deep learning nobody "
            "does: say so if someone has read it elsewhere.",
        ),
        to_say(
            "“Bright” means large, and not “ink”: a map can be bright on empty paper if "
            "its bias is.",
        ),
    ),
)

LAYERS = LessonPlan(
    to_say("Keep what counts"),
    (
        to_say("apply ReLU and 2×2 max pooling to a small table;"),
        to_say("say how much of the picture one number of the third layer has seen;"),
        to_say("follow the strongest path from the ink to the answer."),
    ),
    (
        Step(
            10,
            to_say("Two small rules"),
            to_say(
                "Go on with last lesson's worksheet: ReLU, then pooling. Which numbers had "
                "no effect at all on the result?",
            ),
            worksheet="convolution",
        ),
        Step(
            12,
            to_say("Where does this number come from?"),
            to_say(
                "Open one pixel of the pooled map, find the four values that it was chosen "
                "from, and the winner. Then one pixel deeper: its receptive field grows.",
            ),
            (
                Link(
                    to_say("A pooled pixel"),
                    "arithmetic",
                    {"layer": "pool1", "channel": "21", "row": "3", "column": "10", "digit": SEVEN},
                ),
                Link(to_say("The whole network"), "network_view", {"digit": SEVEN}),
            ),
        ),
        Step(
            13,
            to_say("What spoke for it?"),
            to_say(
                "On the stage: draw, and follow the strongest path. Click another output: "
                "what spoke for a 1? Open three units on the path and read their largest "
                "products aloud.",
            ),
            (Link(to_say("The stage"), "stage"),),
        ),
        Step(
            10,
            to_say("Switch a filter off"),
            to_say(
                "Everybody guesses whether the answer changes when one filter of 32 is "
                "off. Try the one with the largest effect, then ten others.",
            ),
            (Link(to_say("What if?"), "what_if", {"digit": SEVEN, "off": "conv1.21"}),),
        ),
    ),
    (
        Question(
            to_say(
                "Pooling throws three of four numbers away. Why does the network not get worse?",
            ),
            to_say(
                "What counts is whether a pattern is there, and about where. Pooling keeps "
                "that, and makes small shifts harmless.",
            ),
        ),
        Question(
            to_say("Without ReLU, could the three convolutions be replaced by one?"),
            to_say(
                "Yes, but for pooling: sums of sums are sums again. ReLU is what makes "
                "depth worth something.",
            ),
        ),
    ),
    (
        to_say(
            "A dark map is not a broken one: this digit has nothing that its kernel looks for.",
        ),
        to_say("The receptive field is the largest region that can matter. Not all of it does."),
    ),
)

LEARNING = LessonPlan(
    to_say("How it learns"),
    (
        to_say("say what loss, epoch, batch and learning rate are;"),
        to_say("recognise overfitting in two curves;"),
        to_say("read a confusion matrix and compute accuracy and recall from it."),
    ),
    (
        Step(
            12,
            to_say("Watch it learn"),
            to_say(
                "Press Train on the stage, with a digit on the sheet. Before: guess after "
                "how many epochs it is read rightly. Afterwards scrub back and forth.",
            ),
            (Link(to_say("The stage"), "stage"),),
        ),
        Step(
            15,
            to_say("Break it"),
            to_say(
                "In groups, one each: a learning rate that is far too large; ten training "
                "digits; a single epoch; a network with very few filters. Predict the "
                "curve, run, compare.",
            ),
            (Link(to_say("Train"), "train"),),
        ),
        Step(
            10,
            to_say("Count the mistakes"),
            to_say(
                "On paper: fill the confusion matrix from the list, and compute accuracy, "
                "and recall of one digit. Then the real one: which two digits are confused "
                "most?",
            ),
            (Link(to_say("Evaluate"), "evaluate"),),
            "confusion",
        ),
        Step(
            8,
            to_say("How few digits are enough?"),
            to_say("Guess, then open the result. Where would you stop collecting?"),
            (Link(to_say("The experiment"), "few"),),
        ),
    ),
    (
        Question(
            to_say(
                "Training loss falls, validation loss rises. What happens, and what would you do?",
            ),
            to_say(
                "The network learns its training digits by heart. Stop earlier, vary the "
                "digits, or collect more.",
            ),
        ),
        Question(
            to_say(
                "A network answers “1” to every digit. What is its accuracy on a balanced "
                "set, and its recall for 1?",
            ),
            to_say("10 % and 100 %: one number alone can hide everything."),
        ),
    ),
    (
        to_say(
            "Thirty trainings at once share this computer: each shows its place in the queue.",
        ),
        to_say("With ten digits an epoch is one step. Compare steps, not epochs."),
    ),
)

TRUST = LessonPlan(
    to_say("May we trust it?"),
    (
        to_say("tell “sure” from “right”, and say how each is measured;"),
        to_say("find an input that fools the network, and say why it does;"),
        to_say("judge an explanation by a test, and not by how good it looks."),
    ),
    (
        Step(
            10,
            to_say("No digit at all"),
            to_say(
                "Draw a letter, a face, a scribble. What does the network say, and what "
                "does the app say about it?",
            ),
            (
                Link(to_say("The stage"), "stage"),
                Link(to_say("Pictures of other kinds"), "robustness", {"part": "Elsewhere"}),
            ),
        ),
        Step(
            12,
            to_say("Turn, shift, blur"),
            to_say(
                "Each group takes one slider and finds where the answer tips over. Collect "
                "the limits on the board: for which changes is the network better than "
                "expected?",
            ),
            (Link(to_say("Robustness"), "robustness", {"digit": THREE}),),
        ),
        Step(
            13,
            to_say("Is the explanation true?"),
            to_say(
                "Look at two explanations of one answer. Vote which is better. Then delete "
                "the pixels in the order that each names: which one was right?",
            ),
            (
                Link(to_say("Explain"), "explain", {"digit": THREE}),
                Link(to_say("Is it true?"), "trust", {"digit": THREE}),
            ),
        ),
        Step(
            10,
            to_say("Where would you use it?"),
            to_say(
                "Postcodes, exam sheets, bank transfers: for each, who is harmed by a "
                "mistake, who finds it, and what should the machine do when it is not sure?",
            ),
        ),
    ),
    (
        Question(
            to_say("The network is 99.9 % sure that a letter A is a 4. Is it broken?"),
            to_say(
                "No: its ten shares always add up to 1, so one of the ten must win. "
                "Whether it is a digit at all has to be asked by something else.",
            ),
        ),
        Question(
            to_say("Two methods explain the same answer differently. Can both be right?"),
            to_say(
                "They answer different questions: what would change the answer, and what "
                "the sum is made of. Ask which question a method answers before you "
                "compare.",
            ),
        ),
    ),
    (
        to_say(
            "A nice picture is no proof: a map of the ink alone looks nice for every answer.",
        ),
        to_say("Do not collect real names or signatures for this lesson: digits are enough."),
    ),
)

LESSONS = (PIXELS, CONVOLUTION, LAYERS, LEARNING, TRUST)

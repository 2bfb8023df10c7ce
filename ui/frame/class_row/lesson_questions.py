"""The question of each page's lesson as a class can answer it: with answers to choose from."""

from dataclasses import dataclass

from ui.locale import to_say
from ui.state.pages import PageName


@dataclass(frozen=True)
class ReadyQuestion:
    """A question with its answers; `page` shows why the one at `right` is right.

    Text and answers are in English: each screen of the class says them in its own language.
    """

    page: PageName
    text: str
    options: tuple[str, ...]
    right: int


_QUESTIONS = (
    ReadyQuestion(
        "stage",
        to_say("Somebody draws a 7, and then a bar through it. What does the network say?"),
        (to_say("still 7"), to_say("no digit"), to_say("two digits"), "4"),
        0,
    ),
    ReadyQuestion(
        "network_view",
        to_say("What does ReLU do to a map?"),
        (
            to_say("everything blue becomes paper"),
            to_say("everything orange becomes blue"),
            to_say("it becomes smaller"),
            to_say("it is turned by 90°"),
        ),
        0,
    ),
    ReadyQuestion(
        "feature_maps",
        to_say(
            "One value of a map depends on a part of the drawing. How does that part "
            "change from the first layer to the last?",
        ),
        (to_say("it grows"), to_say("it shrinks"), to_say("it stays the same")),
        0,
    ),
    ReadyQuestion(
        "filters",
        to_say("How do you know a filter that looks for edges?"),
        (
            to_say("all its weights are orange"),
            to_say("orange on one side, blue on the other"),
            to_say("all its weights are near zero"),
            to_say("its middle is the largest"),
        ),
        1,
    ),
    ReadyQuestion(
        "arithmetic",
        to_say("Where does a filter of the first layer give the same number again and again?"),
        (
            to_say("on the edges of strokes"),
            to_say("inside thick strokes"),
            to_say("on empty paper"),
            to_say("at the ends of strokes"),
        ),
        2,
    ),
    ReadyQuestion(
        "what_if",
        to_say(
            "How many of the 32 filters of the first layer can be switched off before the "
            "answer changes?",
        ),
        (to_say("not one"), to_say("one or two"), to_say("often many"), to_say("all of them")),
        2,
    ),
    ReadyQuestion(
        "evaluate",
        to_say("Which two digits does the network mix up most?"),
        (to_say("0 and 1"), to_say("4 and 9"), to_say("2 and 6"), to_say("1 and 8")),
        1,
    ),
    ReadyQuestion(
        "map",
        to_say(
            "A network is trained from epoch 0 to the last one. What happens to the digits "
            "on its map?",
        ),
        (
            to_say("they stay mixed"),
            to_say("each digit gathers in a group of its own"),
            to_say("all digits meet in the middle"),
            to_say("they form a line from 0 to 9"),
        ),
        1,
    ),
    ReadyQuestion(
        "robustness",
        to_say("You read a digit that is turned by 40° at once. Why does the network not?"),
        (
            to_say("its pixels are too few"),
            to_say("it has only learned from upright digits"),
            to_say("a turned digit is no digit"),
            to_say("its filters are too large"),
        ),
        1,
    ),
    ReadyQuestion(
        "explain",
        to_say(
            "Two methods judge the same part of a digit differently. Which of them is right?",
        ),
        (
            to_say("the one with more orange"),
            to_say("the slower one"),
            to_say("that can be tested"),
            to_say("both, always"),
        ),
        2,
    ),
    ReadyQuestion(
        "trust",
        to_say(
            "We erase pixels one after the other. Which order makes the network lose its "
            "digit fastest?",
        ),
        (
            to_say("by chance"),
            to_say("the paper first"),
            to_say("what a true explanation names first"),
            to_say("from top to bottom"),
        ),
        2,
    ),
    ReadyQuestion(
        "small",
        to_say("A watch has room for 20 kB. What would you test before you take a file?"),
        (
            to_say("only how long it takes"),
            to_say("other people’s digits"),
            to_say("whether it has a name"),
            to_say("the same 500 digits again"),
        ),
        1,
    ),
    ReadyQuestion(
        "few",
        to_say("You have a month. Ten times as many digits, or a better network?"),
        (
            to_say("always more digits"),
            to_say("always a better network"),
            to_say("where the line is steep, digits; where it is flat, think"),
        ),
        2,
    ),
    ReadyQuestion(
        "elsewhere",
        to_say(
            "Why is “which way is up?” a poor task for digits, and a good one for photos "
            "of animals?",
        ),
        (
            to_say("a 0, a 1 or an 8 looks the same upside down"),
            to_say("digits have no colour"),
            to_say("nobody writes upside down"),
            to_say("animals are larger"),
        ),
        0,
    ),
    ReadyQuestion(
        "leak",
        to_say(
            "A hospital trains a network on scans. Why does it matter if somebody finds "
            "out that yours was among them?",
        ),
        (
            to_say("they can see the scan"),
            to_say("who was among them had the illness"),
            to_say("the network gets worse"),
            to_say("it does not matter"),
        ),
        1,
    ),
    ReadyQuestion(
        "why",
        to_say("Why does it not matter to a dense network where a pixel lies?"),
        (
            to_say("it sees no pixels"),
            to_say("each unit has a weight of its own for every pixel"),
            to_say("all its weights are alike"),
            to_say("it sorts the pixels first"),
        ),
        1,
    ),
)

LESSON_QUESTIONS: dict[str, ReadyQuestion] = {each.page: each for each in _QUESTIONS}
"""By the name of the page."""

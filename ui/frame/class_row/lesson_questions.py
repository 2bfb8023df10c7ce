"""The question of each page's lesson as a class can answer it: with answers to choose from."""

from dataclasses import dataclass

from ui.state.pages import PageName


@dataclass(frozen=True)
class ReadyQuestion:
    """A question with its answers; `page` shows why the one at `right` is right."""

    page: PageName
    text: str
    options: tuple[str, ...]
    right: int


_QUESTIONS = (
    ReadyQuestion(
        "stage",
        "Somebody draws a 7, and then a bar through it. What does the network say?",
        ("still 7", "no digit", "two digits", "4"),
        0,
    ),
    ReadyQuestion(
        "network_view",
        "What does ReLU do to a map?",
        (
            "everything blue becomes paper",
            "everything orange becomes blue",
            "it becomes smaller",
            "it is turned by 90°",
        ),
        0,
    ),
    ReadyQuestion(
        "feature_maps",
        "One value of a map depends on a part of the drawing. How does that part change from the "
        "first layer to the last?",
        ("it grows", "it shrinks", "it stays the same"),
        0,
    ),
    ReadyQuestion(
        "filters",
        "How do you know a filter that looks for edges?",
        (
            "all its weights are orange",
            "orange on one side, blue on the other",
            "all its weights are near zero",
            "its middle is the largest",
        ),
        1,
    ),
    ReadyQuestion(
        "arithmetic",
        "Where does a filter of the first layer give the same number again and again?",
        (
            "on the edges of strokes",
            "inside thick strokes",
            "on empty paper",
            "at the ends of strokes",
        ),
        2,
    ),
    ReadyQuestion(
        "what_if",
        "How many of the 32 filters of the first layer can be switched off before the answer "
        "changes?",
        ("none", "one or two", "often many", "all of them"),
        2,
    ),
    ReadyQuestion(
        "evaluate",
        "Which two digits does the network mix up most?",
        ("0 and 1", "4 and 9", "2 and 6", "1 and 8"),
        1,
    ),
    ReadyQuestion(
        "map",
        "A network is trained from epoch 0 to the last one. What happens to the digits on its map?",
        (
            "they stay mixed",
            "each digit gathers in a group of its own",
            "all digits meet in the middle",
            "they form a line from 0 to 9",
        ),
        1,
    ),
    ReadyQuestion(
        "robustness",
        "You read a digit that is turned by 40° at once. Why does the network not?",
        (
            "its pixels are too few",
            "it has only learned from upright digits",
            "a turned digit is no digit",
            "its filters are too large",
        ),
        1,
    ),
    ReadyQuestion(
        "explain",
        "Two methods judge the same part of a digit differently. Which of them is right?",
        (
            "the one with more orange",
            "the slower one",
            "that can be tested",
            "both, always",
        ),
        2,
    ),
    ReadyQuestion(
        "trust",
        "We erase pixels one after the other. Which order makes the network lose its digit "
        "fastest?",
        (
            "by chance",
            "the paper first",
            "what a true explanation names first",
            "from top to bottom",
        ),
        2,
    ),
    ReadyQuestion(
        "small",
        "A watch has room for 20 kB. What would you test before you take a file?",
        (
            "only how long it takes",
            "other people’s digits",
            "whether it has a name",
            "the same 500 digits again",
        ),
        1,
    ),
    ReadyQuestion(
        "few",
        "You have a month. Ten times as many digits, or a better network?",
        (
            "always more digits",
            "always a better network",
            "where the line is steep, digits; where it is flat, think",
        ),
        2,
    ),
    ReadyQuestion(
        "elsewhere",
        "Why is “which way is up?” a poor task for digits, and a good one for photos of animals?",
        (
            "a 0, a 1 or an 8 looks the same upside down",
            "digits have no colour",
            "nobody writes upside down",
            "animals are larger",
        ),
        0,
    ),
    ReadyQuestion(
        "leak",
        "A hospital trains a network on scans. Why does it matter if somebody finds out that "
        "yours was among them?",
        (
            "they can see the scan",
            "who was among them had the illness",
            "the network gets worse",
            "it does not matter",
        ),
        1,
    ),
    ReadyQuestion(
        "why",
        "Why does it not matter to a dense network where a pixel lies?",
        (
            "it sees no pixels",
            "each unit has a weight of its own for every pixel",
            "all its weights are alike",
            "it sorts the pixels first",
        ),
        1,
    ),
)

LESSON_QUESTIONS: dict[str, ReadyQuestion] = {each.page: each for each in _QUESTIONS}
"""By the name of the page."""

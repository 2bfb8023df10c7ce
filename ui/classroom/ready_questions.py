"""Questions for a class that can be asked as they are: each about something that a page shows."""

from ui.frame.class_row.lesson_questions import LESSON_QUESTIONS, ReadyQuestion
from ui.locale import to_say

READY = (
    ReadyQuestion(
        "feature_maps",
        to_say("conv1 has 32 filters. How many pictures does it make of one digit?"),
        ("1", "10", "32", "28 × 28"),
        2,
    ),
    ReadyQuestion(
        "arithmetic",
        to_say("A 3×3 filter slides over 28×28 pixels. How large is its picture?"),
        ("28 × 28", "26 × 26", "25 × 25", "9 × 9"),
        1,
    ),
    ReadyQuestion(
        "arithmetic",
        to_say("ReLU gets −0.7. What comes out?"),
        ("−0.7", "0.7", "0", "1"),
        2,
    ),
    ReadyQuestion(
        "filters",
        to_say("Who wrote the numbers into the filters?"),
        (
            to_say("a programmer"),
            to_say("chance alone"),
            to_say("training, step by step"),
            to_say("the person who draws"),
        ),
        2,
    ),
    ReadyQuestion(
        "train",
        to_say(
            "The loss of the training digits falls, that of the validation digits rises. "
            "What is it?",
        ),
        (
            to_say("overfitting"),
            to_say("a good sign"),
            to_say("a learning rate of zero"),
            to_say("too many test digits"),
        ),
        0,
    ),
    ReadyQuestion(
        "robustness",
        to_say("A digit moves four pixels to the left. What does the network say?"),
        (
            to_say("the same: it is the same digit"),
            to_say("often something else"),
            to_say("that it is no digit"),
        ),
        1,
    ),
    ReadyQuestion(
        "draw",
        to_say("You draw a house. What do the ten probabilities add up to?"),
        ("0%", to_say("less than 50%"), "100%", to_say("it depends on the house")),
        2,
    ),
    *LESSON_QUESTIONS.values(),
)

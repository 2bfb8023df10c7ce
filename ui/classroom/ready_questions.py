"""Questions for a class that can be asked as they are: each about something that a page shows."""

from ui.frame.class_row.lesson_questions import LESSON_QUESTIONS, ReadyQuestion

READY = (
    ReadyQuestion(
        "feature_maps",
        "conv1 has 32 filters. How many pictures does it make of one digit?",
        ("1", "10", "32", "28 × 28"),
        2,
    ),
    ReadyQuestion(
        "arithmetic",
        "A 3×3 filter slides over 28×28 pixels. How large is its picture?",
        ("28 × 28", "26 × 26", "25 × 25", "9 × 9"),
        1,
    ),
    ReadyQuestion(
        "arithmetic",
        "ReLU gets −0.7. What comes out?",
        ("−0.7", "0.7", "0", "1"),
        2,
    ),
    ReadyQuestion(
        "filters",
        "Who wrote the numbers into the filters?",
        ("a programmer", "chance alone", "training, step by step", "the person who draws"),
        2,
    ),
    ReadyQuestion(
        "train",
        "The loss of the training digits falls, that of the validation digits rises. What is it?",
        ("overfitting", "a good sign", "a learning rate of zero", "too many test digits"),
        0,
    ),
    ReadyQuestion(
        "robustness",
        "A digit moves four pixels to the left. What does the network say?",
        ("the same: it is the same digit", "often something else", "that it is no digit"),
        1,
    ),
    ReadyQuestion(
        "draw",
        "You draw a house. What do the ten probabilities add up to?",
        ("0%", "less than 50%", "100%", "it depends on the house"),
        2,
    ),
    *LESSON_QUESTIONS.values(),
)

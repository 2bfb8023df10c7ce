"""What the screen calls students, and why something in a class cannot be done."""

from model.classroom.names import Name
from model.classroom.reasons import ClassReason
from ui.locale import to_say

_REASONS = {
    ClassReason.UNKNOWN_CODE: to_say(
        "No class that is open now has this code. Look at the screen again."
    ),
    ClassReason.FULL: to_say("There is no place left. Ask your teacher."),
    ClassReason.OVER: to_say("The class has ended."),
    ClassReason.AWAY: to_say(
        "The place where classes are kept does not answer. Try again in a moment."
    ),
    ClassReason.CLOSED: to_say("No answers are taken now."),
    ClassReason.NO_DIGIT: to_say("No digit was found on your sheet. Draw it large, in one piece."),
    ClassReason.NOT_MINE: to_say("This does not belong to you, or is not there any more."),
}


def name_words(name: Name) -> str:
    """What a student is called: Blue Fox."""
    return f"{name.colour} {name.animal}".title()


def class_words(reason: ClassReason) -> str:
    """Why something cannot be done, in a sentence."""
    return _REASONS[reason]


def spaced(code: str) -> str:
    """An own code as it is written down: two groups of four letters."""
    return f"{code[:4]}-{code[4:]}"

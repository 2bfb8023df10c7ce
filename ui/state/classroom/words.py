"""What the screen calls students, and why something in a class cannot be done."""

from model.classroom.names import Animal, Colour, Name
from model.classroom.reasons import ClassReason
from ui.locale import say, to_say

_REASONS = {
    ClassReason.UNKNOWN_CODE: to_say(
        "No class that is open now has this code. Look at the screen again."
    ),
    ClassReason.FULL: to_say("There is no place left. Ask your teacher."),
    ClassReason.OVER: to_say("The class has ended."),
    ClassReason.AWAY: to_say(
        "The place where classes are kept does not answer. Try again in a moment."
    ),
    ClassReason.IN_MEMORY: to_say(
        "The disk takes nothing more. The class goes on in memory: do this once more."
    ),
    ClassReason.DAMAGED: to_say("The class has ended: the file in which it was kept is damaged."),
    ClassReason.CLOSED: to_say("No answers are taken now."),
    ClassReason.NO_DIGIT: to_say("No digit was found on your sheet. Draw it large, in one piece."),
    ClassReason.NOT_MINE: to_say("This does not belong to you, or is not there any more."),
}
_NAMES = {
    Colour.BLUE: to_say("Blue {animal}"),
    Colour.GREEN: to_say("Green {animal}"),
    Colour.RED: to_say("Red {animal}"),
    Colour.YELLOW: to_say("Yellow {animal}"),
    Colour.PURPLE: to_say("Purple {animal}"),
    Colour.ORANGE: to_say("Orange {animal}"),
    Colour.GREY: to_say("Grey {animal}"),
    Colour.PINK: to_say("Pink {animal}"),
}
_ANIMALS = {
    Animal.BEAR: to_say("Bear"),
    Animal.BEE: to_say("Bee"),
    Animal.BIRD: to_say("Bird"),
    Animal.CAT: to_say("Cat"),
    Animal.CRAB: to_say("Crab"),
    Animal.DEER: to_say("Deer"),
    Animal.DOLPHIN: to_say("Dolphin"),
    Animal.DRAGON: to_say("Dragon"),
    Animal.DUCK: to_say("Duck"),
    Animal.EAGLE: to_say("Eagle"),
    Animal.FISH: to_say("Fish"),
    Animal.FOX: to_say("Fox"),
    Animal.FROG: to_say("Frog"),
    Animal.HORSE: to_say("Horse"),
    Animal.KOALA: to_say("Koala"),
    Animal.LION: to_say("Lion"),
    Animal.OTTER: to_say("Otter"),
    Animal.OWL: to_say("Owl"),
    Animal.PANDA: to_say("Panda"),
    Animal.PENGUIN: to_say("Penguin"),
    Animal.RABBIT: to_say("Rabbit"),
    Animal.SEAL: to_say("Seal"),
    Animal.SWAN: to_say("Swan"),
    Animal.TIGER: to_say("Tiger"),
    Animal.TURTLE: to_say("Turtle"),
    Animal.WHALE: to_say("Whale"),
    Animal.WOLF: to_say("Wolf"),
    Animal.ZEBRA: to_say("Zebra"),
}


def name_words(name: Name) -> str:
    """What a student is called: Blue Fox."""
    return say(_NAMES[name.colour], animal=say(_ANIMALS[name.animal]))


def class_words(reason: ClassReason) -> str:
    """Why something cannot be done, in a sentence."""
    return say(_REASONS[reason])


def spaced(code: str) -> str:
    """An own code as it is written down: two groups of four letters."""
    return f"{code[:4]}-{code[4:]}"

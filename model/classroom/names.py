"""What a student is called instead of by name: an animal and a colour."""

import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Colour(StrEnum):
    """Eight that are told apart by their words too."""

    BLUE = "blue"
    GREEN = "green"
    RED = "red"
    YELLOW = "yellow"
    PURPLE = "purple"
    ORANGE = "orange"
    GREY = "grey"
    PINK = "pink"


class Animal(StrEnum):
    """Words that are among the first that one learns, and that nobody minds being called."""

    BEAR = "bear"
    BEE = "bee"
    BIRD = "bird"
    CAT = "cat"
    CRAB = "crab"
    DEER = "deer"
    DOLPHIN = "dolphin"
    DRAGON = "dragon"
    DUCK = "duck"
    EAGLE = "eagle"
    FISH = "fish"
    FOX = "fox"
    FROG = "frog"
    HORSE = "horse"
    KOALA = "koala"
    LION = "lion"
    OTTER = "otter"
    OWL = "owl"
    PANDA = "panda"
    PENGUIN = "penguin"
    RABBIT = "rabbit"
    SEAL = "seal"
    SWAN = "swan"
    TIGER = "tiger"
    TURTLE = "turtle"
    WHALE = "whale"
    WOLF = "wolf"
    ZEBRA = "zebra"


@dataclass(frozen=True)
class Name:
    """Blue Fox: no two students of a class have the same."""

    colour: Colour
    animal: Animal


NAMES = tuple(Name(colour, animal) for colour in Colour for animal in Animal)


def free_name(taken: Collection[Name]) -> Name:
    """Return a name that nobody has, drawn by lot among the rarest animals and colours.

    Args:
        taken: the names that somebody has.

    Raises:
        ValueError: all are taken.
    """
    free = [name for name in NAMES if name not in taken]
    if not free:
        raise ValueError("All names are taken.")
    animals = Counter(name.animal for name in taken)
    colours = Counter(name.colour for name in taken)
    rare = min((animals[name.animal], colours[name.colour]) for name in free)
    return secrets.choice(
        [name for name in free if (animals[name.animal], colours[name.colour]) == rare]
    )

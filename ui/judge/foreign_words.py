"""What pictures of other kinds show, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from model.evaluation.out_of_distribution import OodSource
from ui.digit.test_digits import TEST_DIGIT
from ui.locale import say, to_say
from ui.locale.sentence import Sentence


class Words(NamedTuple):
    """Of one kind: its title, where its pictures are from, and one of them by place and name."""

    title: str
    meaning: str
    one: str


WORDS: Mapping[OodSource, Words] = {
    OodSource.TEST: Words(
        to_say("Test digits"),
        to_say("What it has learned to read, for comparison."),
        TEST_DIGIT,
    ),
    OodSource.SMALL: Words(
        to_say("8×8 digits"),
        to_say("Scikit-learn's handwritten digits of 8×8 pixels, enlarged."),
        to_say("8×8 digit {place}, a {truth}"),
    ),
    OodSource.PRINTED: Words(
        to_say("Printed digits"),
        to_say("The ten digits in the fonts that come with this app's libraries."),
        to_say("printed digit {place}, a {truth}"),
    ),
    OodSource.LETTERS: Words(
        to_say("Printed letters"),
        to_say("Capital letters in ten of those fonts, without I and O; S and Z may be digits."),
        to_say("printed letter {place}, a {truth}"),
    ),
    OodSource.HAND: Words(
        to_say("Letters by hand"),
        to_say("Letters drawn by the computer in eight hands, without those that may be digits."),
        to_say("letter by hand {place}, a {truth}"),
    ),
    OodSource.SHAPES: Words(
        to_say("Shapes"),
        to_say("Squares, spirals, arrows and others, drawn by the computer in twelve hands."),
        to_say("shape {place}, a {truth}"),
    ),
    OodSource.DOODLES: Words(
        to_say("Doodles"),
        to_say("Faces, houses, hearts and others, drawn by the computer in six hands."),
        to_say("doodle {place}, a {truth}"),
    ),
    OodSource.SCRIBBLES: Words(
        to_say("Scribbles"),
        to_say("Coils, zigzags, tangles and others."),
        to_say("scribble {place}, a {truth}"),
    ),
}
NAMES = (
    to_say("square"),
    to_say("triangle"),
    to_say("cross"),
    to_say("plus"),
    to_say("star"),
    to_say("asterisk"),
    to_say("diamond"),
    to_say("pentagon"),
    to_say("wave"),
    to_say("zigzag"),
    to_say("spiral"),
    to_say("arrow"),
    to_say("grid"),
    to_say("hash"),
    to_say("equals"),
    to_say("target"),
    to_say("smiley"),
    to_say("house"),
    to_say("heart"),
    to_say("sun"),
    to_say("flower"),
    to_say("fish"),
    to_say("cat"),
    to_say("tree"),
    to_say("person"),
    to_say("cloud"),
    to_say("lightning"),
    to_say("envelope"),
    to_say("tick"),
    to_say("note"),
    to_say("moon"),
    to_say("crown"),
    to_say("umbrella"),
    to_say("cup"),
    to_say("car"),
    to_say("boat"),
    to_say("flag"),
    to_say("ladder"),
    to_say("glasses"),
    to_say("eye"),
    to_say("question mark"),
    to_say("at sign"),
    to_say("percent"),
    to_say("balloon"),
    to_say("apple"),
    to_say("snail"),
    to_say("key"),
    to_say("mushroom"),
    to_say("scissors"),
    to_say("ghost"),
    to_say("tangle"),
    to_say("coil"),
    to_say("hatching"),
    to_say("whirl"),
    to_say("knot"),
)
"""What the shapes, doodles and scribbles of `model.synthesis` are called; letters and digits are
their own names."""


def title_words(kind: OodSource) -> str:
    """What a kind of pictures is called."""
    return say(WORDS[kind].title)


def name_words(name: str) -> Sentence | str:
    """What one picture shows: "7", "K", "spiral"."""
    return Sentence(name) if name in NAMES else name

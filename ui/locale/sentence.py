"""Sentences that are kept and said when they are shown, perhaps in another language by then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from ui.locale import say


@dataclass(frozen=True)
class Sentence:
    """What will be said.

        here = Sentence(to_say("test digit {place}"), {"place": 17})
        str(here)   # in the language of now

    Attributes:
        message: marked with `to_say`.
        values: for the names in its braces; sentences among them are said with it.
    """

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self.message, **self.values)


def listed(items: Iterable[str]) -> str:
    """Things in a row, as the language that is spoken here writes them: "a, b, c"."""
    first, *others = [*items] or [""]
    return reduce(lambda row, item: say("{row}, {item}", row=row, item=item), others, first)


def paragraph(*sentences: str) -> str:
    """Sentences one after the other, as the language that is spoken here writes them."""
    first, *others = [each for each in sentences if each] or [""]
    return reduce(lambda text, more: say("{text} {more}", text=text, more=more), others, first)

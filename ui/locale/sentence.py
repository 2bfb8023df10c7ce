"""A sentence that is kept and said when it is shown: by then the language may be another one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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

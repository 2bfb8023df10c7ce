"""What the sentences of several experiments are made of."""

from collections.abc import Iterable
from functools import reduce

from ui.locale import number_text, say


def listed(items: Iterable[str]) -> str:
    """Names or figures one after another: "8, 9, 10"; empty where there are none."""
    found = list(items)
    return (
        reduce(lambda before, item: say("{before}, {item}", before=before, item=item), found)
        if found
        else ""
    )


def listed_to_the_last(items: Iterable[str]) -> str:
    """Names of which all count, as a sentence has them: "0, 1, 6 and 8"."""
    *others, last = items
    return say("{others} and {last}", others=listed(others), last=last) if others else last


def share_words(share: float) -> str:
    """A share of 1 in whole percent."""
    return number_text(share, ".0%")

"""What a widget was last seen to say."""

from typing import TypeVar

from ui.state.session import session

T = TypeVar("T")


def news(key: str, pick: T | None) -> T | None:
    """Return a pick once: None when it is the same that this widget told last time.

    A widget tells its last pick at every run, also when the person has moved on elsewhere. When it
    tells none, it has been away in between, and whatever comes next is news.
    """
    picks = session().picks
    if pick is None:
        picks.pop(key, None)
        return None
    if picks.get(key) == pick:
        return None
    picks[key] = pick
    return pick

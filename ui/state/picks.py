"""What a widget was last seen to say, and in which language."""

from dataclasses import dataclass, field
from typing import TypeVar

from ui.locale import language
from ui.state.session import of_page, session, set_widget, widget_state

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


@dataclass
class DrawnIn:
    """The language in which widgets with words to choose from were drawn last, by their keys."""

    languages: dict[str, str] = field(default_factory=dict)


def language_before(key: str) -> str | None:
    """The language in which a widget was drawn last; None where it was that of now.

    Call it right before the widget is drawn, once: it is remembered as drawn in that of now.

    Args:
        key: of the widget.
    """
    drawn, here = of_page(DrawnIn).languages, language()
    before = drawn.get(key, here)
    drawn[key] = here
    return None if before == here else before


def keep_option(key: str) -> None:
    """Keep what is chosen when the language changes: call it right before the widget is drawn.

    The browser tells the option of a select or a radio by its words: those of another language
    would be none of them. Rows of buttons (`st.segmented_control`, `st.pills`) know that by
    themselves.

    Args:
        key: of the widget.
    """
    if language_before(key) is not None:
        chosen = widget_state(key)  # read as the widget was drawn
        if chosen is not None:
            set_widget(key, chosen)

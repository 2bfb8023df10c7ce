"""The pages of the app, in one table: the menu shows it, and links name their page by it.

st.page_link(page("draw"), label=say("Draw a digit"))
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from ui.locale import say, to_say

SCRIPTS = Path(__file__).resolve().parents[2] / "pages"

PageName = Literal[
    "stage",
    "draw",
    "train",
    "network_view",
    "feature_maps",
    "filters",
    "arithmetic",
    "what_if",
    "evaluate",
    "map",
    "robustness",
    "explain",
    "trust",
    "small",
    "few",
    "elsewhere",
    "leak",
    "why",
    "lessons",
    "class",
    "join",
    "handwriting",
]
"""The name of a page's script, and of its address: http://…/draw."""


@dataclass(frozen=True)
class PageEntry:
    """One line of the menu.

    Args:
        name: of the page.
        folder: of its script, in `SCRIPTS`.
        words: its title in English, see `title`. The picture in the tab is one for all pages
            (`ui/frame/menu.py`): that of a page's own Material icon would come from the internet.
    """

    name: PageName
    folder: str
    words: str

    @property
    def title(self) -> str:
        """In the menu, and of the browser's tab."""
        return say(self.words)

    @property
    def script(self) -> Path:
        """The script that draws the page."""
        return SCRIPTS / self.folder / f"{self.name}.py"


MENU: dict[str, tuple[PageEntry, ...]] = {
    "": (
        PageEntry("stage", "start", to_say("Stage")),
        PageEntry("draw", "start", to_say("Draw")),
        PageEntry("train", "start", to_say("Train")),
    ),
    to_say("Look inside"): (
        PageEntry("network_view", "inside", to_say("Network view")),
        PageEntry("feature_maps", "inside", to_say("Feature maps")),
        PageEntry("filters", "inside", to_say("Filters")),
        PageEntry("arithmetic", "inside", to_say("Arithmetic")),
        PageEntry("what_if", "inside", to_say("What if?")),
    ),
    to_say("Judge"): (
        PageEntry("evaluate", "judge", to_say("Evaluate")),
        PageEntry("map", "judge", to_say("Map of digits")),
        PageEntry("robustness", "judge", to_say("Robustness")),
        PageEntry("explain", "judge", to_say("Explain")),
        PageEntry("trust", "judge", to_say("Is it true?")),
    ),
    to_say("Experiment"): (
        PageEntry("small", "experiment", to_say("How small?")),
        PageEntry("few", "experiment", to_say("How few digits?")),
        PageEntry("elsewhere", "experiment", to_say("Will it hold elsewhere?")),
        PageEntry("leak", "experiment", to_say("What does it give away?")),
        PageEntry("why", "experiment", to_say("Why convolution?")),
    ),
    to_say("Class"): (
        PageEntry("class", "class", to_say("Class")),
        PageEntry("join", "class", to_say("Join")),
        PageEntry("handwriting", "class", to_say("Our handwriting")),
        PageEntry("lessons", "class", to_say("Lessons")),
    ),
}
"""The sections of the menu, from left to right; those of the first stand open in it."""

FRONT_PAGE: PageName = "stage"
ENTRIES = {entry.name: entry for entries in MENU.values() for entry in entries}


def below_base(path: str) -> str:
    """Where a route of ours stands on this server: below `server.baseUrlPath`, if that is set.

    Args:
        path: without a slash at its beginning.
    """
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}/{path}" if base else f"/{path}"


def page(name: PageName, in_menu: bool = True) -> st.Page:
    """Return a page for the menu or for a link; call it only while a script runs.

    Args:
        name: of the page.
        in_menu: whether the menu shows it; its address works all the same.
    """
    entry = ENTRIES[name]
    return st.Page(
        entry.script,
        title=entry.title,
        url_path=name,
        default=name == FRONT_PAGE,
        visibility="visible" if in_menu else "hidden",
    )

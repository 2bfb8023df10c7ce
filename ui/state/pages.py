"""The pages of the app, in one table: the menu shows it, and links name their page by it.

st.page_link(page("draw"), label="Draw a digit")
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

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
        title: in the menu, and of the browser's tab. The picture in the tab is one for all pages
            (`ui/frame/menu.py`): that of a page's own Material icon would come from the internet.
    """

    name: PageName
    folder: str
    title: str

    @property
    def script(self) -> Path:
        """The script that draws the page."""
        return SCRIPTS / self.folder / f"{self.name}.py"


MENU: dict[str, tuple[PageEntry, ...]] = {
    "": (
        PageEntry("stage", "start", "Stage"),
        PageEntry("draw", "start", "Draw"),
        PageEntry("train", "start", "Train"),
    ),
    "Look inside": (
        PageEntry("network_view", "inside", "Network view"),
        PageEntry("feature_maps", "inside", "Feature maps"),
        PageEntry("filters", "inside", "Filters"),
        PageEntry("arithmetic", "inside", "Arithmetic"),
        PageEntry("what_if", "inside", "What if?"),
    ),
    "Judge": (
        PageEntry("evaluate", "judge", "Evaluate"),
        PageEntry("map", "judge", "Map of digits"),
        PageEntry("robustness", "judge", "Robustness"),
        PageEntry("explain", "judge", "Explain"),
        PageEntry("trust", "judge", "Is it true?"),
    ),
    "Experiment": (
        PageEntry("small", "experiment", "How small?"),
        PageEntry("few", "experiment", "How few digits?"),
        PageEntry("elsewhere", "experiment", "Will it hold elsewhere?"),
        PageEntry("leak", "experiment", "What does it give away?"),
        PageEntry("why", "experiment", "Why convolution?"),
    ),
    "Class": (
        PageEntry("class", "class", "Class"),
        PageEntry("join", "class", "Join"),
        PageEntry("handwriting", "class", "Our handwriting"),
        PageEntry("lessons", "class", "Lessons"),
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

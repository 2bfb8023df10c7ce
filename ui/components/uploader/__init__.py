"""What Streamlit's file uploader lacks: a picture that survives a reload of the tab.

`uploader.js` stands beside an uploader and hands it the kept picture as if it had been dropped
there, so that it takes the very same way, with the same checks. What it keeps stays in the tab:
nobody's handwriting is left behind on a shared computer or on the server's disk.
"""

from enum import StrEnum

from ui.components import component

_mount = component("uploader")


class Holds(StrEnum):
    """What this session has of an uploader's picture."""

    NOTHING = "nothing"  # yet: it may be a tab that was loaded again
    PICTURE = "picture"
    REMOVED = "removed"  # by its person, who does not want it back


def beside(uploader: str, holds: Holds) -> None:
    """Stand beside the file uploader of this key; call it right after."""
    _mount(key=f"{uploader}_beside", data={"uploader": uploader, "holds": str(holds)})

"""How a component of our own comes to the browser: its code is fetched once, only data is sent.

Streamlit sends the source of a component with every update of its data, twenty kilobytes several
times a second. So what it is given as source is only `mount.js`, which fetches the files of
`NAME/browser` beside this file from the server; they are modules that may import each other.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.locale import language, say, tag
from ui.locale.browser import browser_words

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_HERE = Path(__file__).parent
_MOUNT = (_HERE / "mount.js").read_text(encoding="utf-8")


def component(name: str, *parts: str) -> "ComponentRenderer":
    """Return the call that shows the component of the folder `ui/components/NAME`.

    `browser/NAME.js` exports as default what shows it: a function that is called with
    {data, parentElement, setStateValue, setTriggerValue} at first and whenever the data or the
    theme change. What it returns, if anything, is called before the component goes. What components
    share is in `shared/browser/view.js`, and how a script says something in
    `shared/browser/words.js`. When the page changes its language the component is shown anew, in
    another parent element.
    `browser/NAME.css`, if there is one, styles it and nothing else.

    Args:
        name: of the folder.
        *parts: folders of other components that it is made of; their styles come with them.

    Returns:
        What `st.components.v2.component` returns.
    """
    files = [f"{name}.js"]
    files += [
        f"../{__name__}.{each}/{each}.css"
        for each in (*parts, name)
        if (_HERE / each / "browser" / f"{each}.css").exists()
    ]
    source = _MOUNT.replace("{folder}", f"component/{__name__}.{name}/")
    mount = st.components.v2.component(
        f"digitscope_{name}", js=source.replace("{files}", json.dumps(files))
    )

    folders = ("shared", *parts, name)
    scripts = tuple(_HERE / folder / "browser" for folder in folders)

    def show(*, data: Mapping[str, Any] | None = None, **said: Any) -> Any:
        for folder in folders:
            _serve(folder)  # not before: Streamlit takes a folder only from a running script
        here = language()
        sorry = say("This part of the page did not arrive. Please load the page again.")
        locale = {"language": tag(here), "words": browser_words(here, scripts), "sorry": sorry}
        return mount(data={**(data or {}), "locale": locale}, **said)

    return show


@cache
def _serve(name: str) -> None:
    """Let the server hand out the files of `NAME/browser`, and nothing else of this folder."""
    st.components.v1.declare_component(name, _HERE / name / "browser")

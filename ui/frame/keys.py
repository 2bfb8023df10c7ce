"""Keys that hold on every page: `?` opens the lesson, `p` presents and leaves again.

A key presses the button that stands on the page for the same thing, so there is one way to do it.
"""

import json

import streamlit as st

BUTTONS = {"?": ("lesson",), "p": ("present", "leave")}
"""By key: the names of the button that it presses; only one of them stands on the page."""

SCRIPT = """<script>
if (!window.digitscopeKeys) {
  window.digitscopeKeys = BUTTONS;
  window.addEventListener("keydown", (event) => {
    const names = window.digitscopeKeys[event.key];
    if (!names || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const [at] = event.composedPath();
    if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
    document.querySelector(names.map((name) => `.st-key-${name} button`).join())?.click();
  });
}
</script>"""


def keys() -> None:
    """Let the keys work, from the first run on."""
    st.html(SCRIPT.replace("BUTTONS", json.dumps(BUTTONS)), unsafe_allow_javascript=True)

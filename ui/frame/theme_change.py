"""When the system turns from light to dark, what was drawn for the one is drawn for the other.

Streamlit changes its own colours at once and tells the server with the next run, so a script asks
for one: it presses a button that nobody sees.
"""

import streamlit as st

from ui.locale import say

SCRIPT = """<script>
if (!window.digitscopeTheme) {
  window.digitscopeTheme = matchMedia("(prefers-color-scheme: dark)");
  window.digitscopeTheme.addEventListener("change", () => {
    const press = () => document.querySelector(".st-key-theme_change button")?.click();
    setTimeout(press, 300); // not before Streamlit knows it itself
  });
}
</script>"""


def follow_theme() -> None:
    """Run the page again when the theme has changed; call it where nothing is shown."""
    st.button(say("The theme has changed"), key="theme_change")
    st.html(SCRIPT, unsafe_allow_javascript=True)

"""Back leads to the page before: moving about on one page adds no steps to the browser's history.

Streamlit makes a step of every change of the address, so one would press Back as often as one has
picked a map. Here a change of the parameters alone takes the place of the last step; only another
page makes a new one.
"""

import streamlit as st

SCRIPT = """<script>
if (!window.digitscopeHistory) {
  window.digitscopeHistory = true;
  const push = window.history.pushState.bind(window.history);
  window.history.pushState = (state, title, url) => {
    const next = new URL(url ?? "", window.location.href);
    if (next.pathname === window.location.pathname) {
      window.history.replaceState(state, title, url);
    } else {
      push(state, title, url);
    }
  };
}
</script>"""


def one_step_a_page() -> None:
    """Let only another page make a step in the browser's history, from the first run on."""
    st.html(SCRIPT, unsafe_allow_javascript=True)

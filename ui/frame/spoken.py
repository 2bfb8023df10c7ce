"""The one live region of every page: what a screen reader says when there is a new answer.

Streamlit puts new HTML in the place of the old, which no reader notices, and under the pen that
happens ten times a second. So one paragraph stays where it is; an answer that is final says in
`data-spoken` what is to be said of it, and a script copies that there when it has changed.
"""

import streamlit as st

SCRIPT = """<script>
if (!window.digitscopeSpoken) {
  const region = document.createElement("p");
  window.digitscopeSpoken = region;
  region.style = "clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute";
  region.setAttribute("aria-live", "polite");
  (document.querySelector("[data-testid=stMain]") ?? document.body).append(region);
  const look = () => {
    const words = document.querySelector("[data-spoken]")?.dataset.spoken;
    if (words && words !== region.textContent) region.textContent = words;
  };
  new MutationObserver(look).observe(document.body, {
    attributes: true, attributeFilter: ["data-spoken"], childList: true, subtree: true,
  });
  look();
}
</script>"""


def spoken_answers() -> None:
    """Let answers be said, from the first run on."""
    st.html(SCRIPT, unsafe_allow_javascript=True)

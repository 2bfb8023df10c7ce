"""The choice of the language on every page, and what the browser keeps of it."""

import json

import streamlit as st

from ui.locale import language, language_name, languages, tag
from ui.state.language import COOKIE, choose_language, chosen_language

COOKIE_SECONDS = 400 * 24 * 60 * 60  # browsers keep none longer

SCRIPT = """<script>
{
  const [tag, cookie] = SAID;
  document.documentElement.lang = tag;
  if (cookie) document.cookie = cookie;
}
</script>"""


def choose_language_here() -> None:
    """Let the person choose; it changes at once. With one language there is nothing to choose."""
    names = {each: language_name(each) for each in languages()}
    if len(names) == 1:
        return
    here = language()
    chosen = st.menu_button(
        names.get(here, here),
        list(names),
        format_func=names.__getitem__,
        icon=":material/translate:",
        key="language",
    )
    if chosen is not None and chosen != here:
        choose_language(chosen)
        st.rerun()


def keep_language() -> None:
    """Tell the browser which language the page is in, and let it keep what was chosen."""
    chosen = chosen_language()
    cookie = chosen and f"{COOKIE}={chosen}; path=/; max-age={COOKIE_SECONDS}; samesite=lax"
    said = json.dumps([tag(language()), cookie])
    st.html(SCRIPT.replace("SAID", said), unsafe_allow_javascript=True)

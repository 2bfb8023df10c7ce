"""Which language a person's session speaks, and why.

In this order: `?lang=` in the address, what this person chose before (a cookie), what the class of
a student speaks, what the browser asks for, English.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.locale import ENGLISH, ask_language_of, languages, speak
from ui.locale.pseudo import PSEUDO
from ui.state.session import of_page

PARAMETER = "lang"
"""Of the address. It stays there as long as nobody chooses another language."""
COOKIE = "digitscope_language"


@dataclass
class Spoken:
    """What one person's session speaks.

    Attributes:
        language: now; None before the first look.
        asked: what the address asked for last.
        chosen: what its person chose on a page, for the browser to keep; None: nothing yet.
        own: whether the person or the address has named it, so that no class decides.
    """

    language: str | None = None
    asked: str | None = None
    chosen: str | None = None
    own: bool = False


def language_of(asked: str | None, cookies: Mapping[str, str], accepted: str) -> str:
    """The language of who asks for something that has no session, as `find_language` finds it.

    Args:
        asked: in the address; None: nothing.
        cookies: of the browser.
        accepted: the header Accept-Language, empty without one.
    """
    named = (asked, cookies.get(COOKIE))
    found = next((ours for each in named if each and (ours := known(each))), None)
    return found or preferred(_in_order(accepted))


def find_language() -> None:
    """Find the session's language, at the beginning of a run: before anything is said."""
    mine = of_page(Spoken)
    asked = st.query_params.get(PARAMETER)
    if mine.language is None:
        kept = known(str(st.context.cookies.get(COOKIE, "")))
        mine.own = kept is not None
        mine.language = kept or preferred(_asked_by_browser())
    if asked != mine.asked:
        mine.asked = asked
        found = None if asked is None else known(asked)
        if found is not None:
            mine.language, mine.own = found, True
    speak(mine.language)


def choose_language(language: str) -> None:
    """Speak this language from now on, here and at this person's next visit."""
    mine = of_page(Spoken)
    mine.language = mine.chosen = language
    mine.own, mine.asked = True, None
    st.query_params.pop(PARAMETER, None)
    speak(language)


def chosen_language() -> str | None:
    """What this person chose in this session, for the browser to keep; None: nothing."""
    return of_page(Spoken).chosen


def take_class_language(language: str) -> None:
    """Speak what a student's class speaks, unless the student has chosen."""
    mine = of_page(Spoken)
    found = known(language)
    if not mine.own and found is not None and found != mine.language:
        mine.language = found
        speak(found)


def known(text: str) -> str | None:
    """The language that a text names, in any of its ways of writing; None for no language of ours.

    "zh-CN", "zh_Hans" and "ZH" are all simplified Chinese; "zh-TW" is too, as long as there is no
    catalogue of traditional Chinese: it is nearer than English.
    """
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}", text):
        return None
    if text.lower() == PSEUDO:
        return PSEUDO
    wanted = text.replace("-", "_").lower()
    ours = {each.lower(): each for each in languages()}
    if wanted in ours:
        return ours[wanted]
    base = wanted.partition("_")[0]
    return next((ours[each] for each in ours if each.partition("_")[0] == base), None)


def preferred(asked: Sequence[str]) -> str:
    """The first language of ours among those that a browser asks for; English without."""
    found = (known(each) for each in asked)
    return next((each for each in found if each is not None and each != PSEUDO), ENGLISH)


def _asked_by_browser() -> list[str]:
    """The languages that the browser asks for, the dearest first."""
    return _in_order(str(st.context.headers.get("Accept-Language") or st.context.locale or ""))


def _in_order(accepted: str) -> list[str]:
    asked = [each.partition(";") for each in accepted.split(",")]
    return [name.strip() for name, _, quality in asked if quality.strip() != "q=0"]


def _of_session() -> str | None:
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return of_page(Spoken).language


ask_language_of(_of_session)

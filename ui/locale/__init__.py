"""What the app says, in the language of the person it says it to.

    say("{count} digits of {name} are wrong.", count=12, name="Fox")
    say_many("{count} digit", "{count} digits", count)
    TITLE = to_say("Feature maps")   # where a module is loaded: nobody listens yet
    say(TITLE)                       # where it is shown

The English sentence is its own name in the catalogue (gettext's way): `ui/locale/LANGUAGE/
LC_MESSAGES/digitscope.po` has it in the other languages, `make messages` writes there what the code
says. A language is added by its folder alone. Numbers in a sentence are written as its language
writes them: `{share:.1%}`, `{count:,}`, `{loss:.2f}`.

Whose language it is: that of the running script's session (`ui.state.language`), or the one that
`speaking` names where no session is, as in a thread or an answer to a request.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from ui.locale.pseudo import PSEUDO, PseudoTranslations

FOLDER = Path(__file__).resolve().parent
ENGLISH = "en"
DOMAIN = "digitscope"
"""The name of a catalogue's file."""
_NUMBER = re.compile(r"([+]?)(,?)(?:\.(\d+))?([f%d]?)")
"""The forms of numbers that sentences use; others are written as Python does."""

_SPOKEN: ContextVar[str | None] = ContextVar("SPOKEN", default=None)
_sessions: list[Callable[[], str | None]] = []


def languages() -> tuple[str, ...]:
    """The languages that the app speaks, English first: a folder here with a catalogue is one."""
    there = sorted(file.parents[1].name for file in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return (ENGLISH, *there)


def language_name(language: str) -> str:
    """What those who speak a language call it: "English", "简体中文"."""
    if language == PSEUDO:
        return "Pseudo"
    locale = Locale.parse(language)
    return locale.languages.get(language) or str(locale.display_name)


def tag(language: str) -> str:
    """A language as browsers write it: "zh-Hans" of "zh_Hans"."""
    return "en-XA" if language == PSEUDO else language.replace("_", "-")


def language() -> str:
    """The language that is spoken here and now."""
    spoken = _SPOKEN.get()
    if spoken is None:
        spoken = next((asked for ask in _sessions if (asked := ask())), None)
        if spoken is None:
            return ENGLISH
        # Looked up once a run: each run of a script is a thread with a context of its own.
        _SPOKEN.set(spoken)
    return spoken


def speak(language: str) -> None:
    """Speak this language from now on, as far as this run or task goes."""
    _SPOKEN.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language inside of the block: where there is no session to ask."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def ask_language_of(session: Callable[[], str | None]) -> None:
    """Tell how the language of the running session is found: the session stands on a floor above.

    Args:
        session: returns a language; None where no session is.
    """
    _sessions[:] = [session]


def to_say(message: str) -> str:
    """Mark a sentence that is said later: it is put into the catalogues, and stays as it is."""
    return message


def say(message: str, /, **values: object) -> str:
    """A sentence in the language that is spoken here.

    Args:
        message: in English; literally, unless it was marked with `to_say`.
        **values: for the names in its braces; without any, braces stand for themselves.
    """
    if not message:
        return ""
    here = language()
    return _filled(translations(here).gettext(message), values, here)


def say_many(one: str, many: str, count: int, /, **values: object) -> str:
    """A sentence about a number of things.

    Args:
        one: in English, for one thing.
        many: likewise, for any other number.
        count: how many there are; `{count}` in the sentence.
        **values: for the other names in its braces.
    """
    here = language()
    text = translations(here).ngettext(one, many, count)
    return _filled(text, {"count": count} | values, here)


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language. English has none; an unknown language is English."""
    if language == PSEUDO:
        return PseudoTranslations()
    if language == ENGLISH or language not in languages():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def catalogue(language: str) -> Catalog:
    """The catalogue of a language as its file has it.

    Raises:
        FileNotFoundError: the app does not speak it.
    """
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language)


def number_text(value: float, spec: str = ",") -> str:
    """A number as the language that is spoken here writes it.

    Args:
        value: any real number.
        spec: as Python's format has it: ",", ".2f", "+.1f", ".1%".
    """
    return _number(value, spec, language())


def date_text(day: date) -> str:
    """A day as the language that is spoken here writes it: "Nov 27, 2026", "2026年11月27日"."""
    here = language()
    return str(format_date(day, "medium", locale=ENGLISH if here == PSEUDO else here))


def _filled(text: str, values: dict[str, Any], language: str) -> str:
    if not values:
        return text
    if language in (ENGLISH, PSEUDO):
        return text.format(**values)
    return _Sentence(language).vformat(text, (), values)


class _Sentence(Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        numeric = isinstance(value, int | float) or hasattr(value, "dtype")
        if format_spec and numeric and not isinstance(value, bool):
            return _number(value, format_spec, self._language)
        return str(super().format_field(value, format_spec))


def _number(value: float, spec: str, language: str) -> str:
    form = _NUMBER.fullmatch(spec)
    if language in (ENGLISH, PSEUDO) or form is None:
        return format(value, spec)
    sign, groups, places, kind = form.groups()
    if kind in ("f", "%") and places is None:
        places = "6"
    pattern = ("#,##0" if groups else "0") + ("." + "0" * int(places) if int(places or 0) else "")
    if sign:
        pattern = f"+{pattern};-{pattern}"
    if kind == "%":
        whole = Locale.parse(language).percent_formats[None].pattern  # some put a space before %
        pattern = whole.replace("#,##0", pattern)
        return str(format_percent(float(value), pattern, locale=language))
    if kind != "f" and places is not None:  # ".3" is so many digits, not places
        return format(value, spec)
    return str(format_decimal(float(value), pattern, locale=language))

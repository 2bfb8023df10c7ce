"""The few words that scripts in the browser say themselves: they come with a component's data."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_javascript

from ui.locale import ENGLISH, catalogue
from ui.locale.pseudo import PSEUDO, pseudo

KEYWORDS = {"say": None, "sayMany": (1, 2)}
"""What the scripts call: see `ui/components/shared/browser/words.js`."""

Words = dict[str, str | list[str]]
"""By English sentence: the sentence, or its forms for numbers by the one for one thing."""


@cache
def browser_words(language: str, folders: tuple[Path, ...]) -> Words:
    """What the scripts in these folders say, in a language. English needs no words.

    Args:
        language: one that the app speaks.
        folders: of the scripts.
    """
    if language == ENGLISH:
        return {}
    return {
        message if isinstance(message, str) else message[0]: _said(message, language)
        for message in _messages(folders)
    }


def _messages(folders: Iterable[Path]) -> Iterable[str | tuple[str, str]]:
    for file in sorted(file for folder in folders for file in folder.glob("*.js")):
        with file.open("rb") as source:
            for _, name, found, _ in extract_javascript(source, KEYWORDS, (), {}):
                if isinstance(found, str) and found and name == "say":
                    yield found
                elif isinstance(found, list | tuple) and found and found[0]:
                    yield (found[0], found[1]) if name == "sayMany" else found[0]


def _said(message: str | tuple[str, str], language: str) -> str | list[str]:
    if language == PSEUDO:
        return pseudo(message) if isinstance(message, str) else list(map(pseudo, message))
    entry = catalogue(language).get(message)
    if entry is None or not entry.string or entry.fuzzy:
        return message if isinstance(message, str) else list(message)
    return entry.string if isinstance(entry.string, str) else list(entry.string)

"""Bring the catalogues up to date with what the code says.

    python -m ui.locale.messages        # or: make messages
    python -m ui.locale.messages de     # or: make messages LANGUAGE=de, which begins another one

What is new has no translation yet, what the code no longer says is left out. No translation is
guessed from one that is alike.
"""

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from ui.locale import DOMAIN, ENGLISH, FOLDER, browser, catalogue, languages

ROOT = FOLDER.parents[1]
SOURCES = ("ui", "pages")
METHODS = [("**.py", f"{__package__}.messages:python_messages"), ("**.js", "javascript")]
KEYWORDS = {"say": None, "to_say": None, "say_many": (1, 2), **browser.KEYWORDS}
WIDTH = 100


def python_messages(
    file: BinaryIO,
    keywords: Collection[str],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[tuple[int, str, tuple[str | None, ...], list[str]]]:
    """What a Python file says, for Babel, whose own method does not look into f-strings."""
    calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id in keywords:
            yield call.lineno, call.func.id, tuple(map(_literal, call.args)), []


def _literal(value: ast.expr) -> str | None:
    said = value.value if isinstance(value, ast.Constant) else None
    return said if isinstance(said, str) else None


def said_by_the_code() -> Catalog:
    """All that the code says, without translations; each message knows its files."""
    found = Catalog(project="DigitScope", charset="utf-8")
    for folder in SOURCES:
        here = extract_from_dir(ROOT / folder, METHODS, keywords=KEYWORDS, strip_comment_tags=True)
        for file, line, message, comments, context in here:
            at = [(f"{folder}/{file}", line)]
            found.add(message, locations=at, auto_comments=comments, context=context)
    return found


def brought_up_to_date(language: str) -> Catalog:
    """A language's catalogue with what the code says now."""
    if language in languages():
        there = catalogue.__wrapped__(language)  # a new one: it is changed here
    else:
        there = Catalog(locale=language, project="DigitScope", fuzzy=False)
        there.header_comment = "# What DigitScope says. See ui/locale/__init__.py."
    began = there.creation_date  # else every run would change the file
    there.update(said_by_the_code(), no_fuzzy_matching=True)
    there.creation_date = began
    return there


def missing(whole: Catalog) -> list[str]:
    """The messages of a catalogue that have no translation, or one that nobody has looked at."""
    return [
        str(each.id)
        for each in whole
        if each.id and (each.fuzzy or not each.string or not all(each.string))
    ]


def write(whole: Catalog, file: Path) -> None:
    """Write a catalogue. Its entries name their files, but no lines: those change every day."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for each in whole:
        each.locations = [(name, 0) for name in sorted({name for name, _ in each.locations})]
    with file.open("wb") as to:
        write_po(
            to, whole, width=WIDTH, sort_by_file=True, ignore_obsolete=True, include_lineno=False
        )


def main() -> None:
    """Bring all catalogues up to date, and those that are named on the command line."""
    for language in sorted({*languages(), *sys.argv[1:]} - {ENGLISH}):
        whole = brought_up_to_date(language)
        write(whole, FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po")
        print(f"{language}: {len(whole):,} messages, {len(missing(whole)):,} without translation")


if __name__ == "__main__":
    main()

"""One word for one thing: words that were given up do not come back.

Each had a plainer word, or stood for several things at once; the README's glossary has the words
that are used instead.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = [
    file
    for pattern in ("app.py", "README.md", ".github/*.md", "*/**/*.py", "*/**/*.js", "*/**/*.css")
    for file in ROOT.glob(pattern)
    if file.relative_to(ROOT).parts[0] in {"app.py", "README.md", ".github", "model", "ui", "pages"}
]
RETIRED = {
    r"desks?": "the answering worker",
    r"tenants?": "an actor",
    r"posts": "the workers' slots",
    r"rooms|(each|every|which) room": "a wing of the code, a page of the app",
    r"hir(e|ed|es|ing)": "start a worker",
    r"on[ _]duty": "the current worker",
    r"(is|are|was|were|when|whenever it is) worn|wear(s|ing)?": "its memory has grown",
    r"burst": "diverged",
    r"glimpse": "the strongest maps",
    r"film[ _]strip": "filmstrip (steps of preprocessing) or epoch strip (a map over epochs)",
    r"class (Phase|Kind|Method|Change|Drawing)": "a name that says whose",
    r"(pixel|layer|mean)_slopes?": "gradients",
}


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_word_does_not_come_back(word: str) -> None:
    assert len(FILES) > 150
    form = re.compile(rf"\b{word}\b", re.IGNORECASE)
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in FILES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if form.search(line)
    ]
    assert not found, f"say “{RETIRED[word]}” instead"

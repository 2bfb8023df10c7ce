import ast
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.stage.words import LESSON as STAGE_LESSON

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted((ROOT / "pages").rglob("*.py")) + sorted((ROOT / "ui").rglob("*.py"))


def text_of(node: ast.expr) -> str:
    """A string as it stands in the source; what an f-string fills in counts as one word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
        return text_of(node.args[0])
    return "x"


def lessons() -> list[tuple[str, ...]]:
    """(file, seeing, question, answer) of every call of `lesson` in the app."""
    found: list[tuple[str, ...]] = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "lesson":
                if any(isinstance(each, ast.Starred) for each in node.args):
                    found.append((str(file.relative_to(ROOT)), *STAGE_LESSON))
                    continue
                given = dict(zip(("seeing", "question", "answer"), node.args, strict=False))
                given |= {word.arg: word.value for word in node.keywords if word.arg}
                texts = (text_of(given[name]) for name in ("seeing", "question", "answer"))
                found.append((str(file.relative_to(ROOT)), *texts))
    return found


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!](?=\s|$|\*)", text.strip()))


def test_sentences_are_counted() -> None:
    assert sentences("One. Two is 2.5 long. Three?") == 3
    assert sentences("**Bold end.** And more.") == 2


def test_the_app_has_lessons() -> None:
    assert lessons()


@pytest.mark.parametrize("case", lessons(), ids=lambda case: case[0])
def test_a_lesson_is_short_and_asks(case: tuple[str, ...]) -> None:
    _, seeing, question, answer = case
    if case[1:] != STAGE_LESSON:  # the stage's tells the five steps of the whole lesson
        assert 1 <= sentences(seeing) <= 3
    assert question.rstrip().endswith("?")
    assert answer.strip()


def test_the_answer_is_folded() -> None:
    def script() -> None:
        from ui.frame.lesson import lesson

        lesson("Maps of a layer.", "Which is brightest?", "The one whose filter fits best.")

    app = AppTest.from_function(script, default_timeout=60).run()
    assert [text.value for text in app.markdown[:2]] == [
        "**What am I seeing?** Maps of a layer.",
        "**For the class:** Which is brightest?",
    ]
    assert app.expander[0].label == "Answer"
    assert not app.expander[0].proto.expanded
    assert app.expander[0].markdown[0].value == "The one whose filter fits best."

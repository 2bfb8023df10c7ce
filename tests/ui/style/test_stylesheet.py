"""The stylesheet and the pages' HTML speak of the same classes."""

import ast
import re
from pathlib import Path

from ui.style.stylesheet import stylesheet

UI = Path(__file__).resolve().parents[3] / "ui"


def test_every_class_that_is_shown_is_styled_and_none_is_left_over() -> None:
    shown = {
        name
        for file in UI.rglob("*.py")
        for name in re.findall(r"class='(ds-[a-z]+)", file.read_text(encoding="utf-8"))
    }
    styled = set(re.findall(r"\.(ds-[a-z]+)", stylesheet()))
    assert len(shown) > 10
    assert shown == styled


def test_every_colour_that_is_used_is_named_and_used() -> None:
    text = stylesheet()
    named, used = (
        set(re.findall(form, text)) for form in (r"(--ds-[a-z]+):", r"var\((--ds-[a-z]+)")
    )
    assert named == used
    assert len(named) > 5


def test_no_styles_stand_in_python() -> None:
    """A style element holds what was read from a file, and no text looks like a rule."""
    rule = re.compile(r"[\w.*\]]\s*\{\s*[a-z-]+:\s[^{};()]*[\w%]\s*(;[^{}]*)?\}\s*([.@*\w]|$)")
    assert rule.search("h1 { font-size: 22px; margin: 0 }")
    assert rule.search(".grid td { width: 6.2mm }\n.line")
    found = []
    for file in UI.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        texts = [
            node.value
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        if re.search(r"<style[^>]*>(?!\{)", source) or any(map(rule.search, texts)):
            found.append(file)
    assert not found


def test_comments_and_line_breaks_stay_behind() -> None:
    text = stylesheet()
    assert "/*" not in text
    assert "\n" not in text
    assert text.count("{") == text.count("}") > 50

"""What pages say in a language, as Streamlit would send it to the browser.

    python -m tests.pages.said xx            # what no catalogue knows, page by page
    python -m tests.pages.said xx train draw

In a process of its own, like `visit_all`.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from model.engine import engine
from tests.waiting import wait_until
from ui.locale import catalogue
from ui.state.pages import ENTRIES

ROOT = Path(__file__).resolve().parents[2]

NOT_SAID = {
    *("id", "key", "url", "icon", "form_id", "script", "js_content", "css_content", "html_content"),
    *("component_name", "element_hash", "fragment_id", "page_script_hash", "url_path", "config"),
    *("arrow_data", "data_url", "type", "language", "color", "proto_hash", "gap", "align", "theme"),
    *("path", "app_id", "mime", "height", "width", "instructions", "dot_file", "border", "name"),
    *(
        "default",
        "page",
        "query_string",
        "group_id",
        "stylesheet",
        "markup",
        "source",
        "code_text",
        "anchor",
        "user_key",
    ),
}
"""Fields of Streamlit's messages that are not shown to anybody."""
NOT_SHOWN = {
    *("token", "key", "channel", "locale", "uploader", "holds", "icon", "colour", "url"),
    *(
        "kind",
        "show",
        "whose",
        "pixels",
        "png",
        "image",
        "src",
        "at",
        "href",
        "layer",
        "id",
        "axis",
        "noun",
        "symbol",
        "side",
        "textposition",
        "xanchor",
        "yanchor",
        "xref",
        "yref",
    ),
}
"""Names in the data of our components and of charts whose values are not shown."""
KEPT = re.compile(
    r"```.*?```|`[^`]*`|\$[^$]+\$|<(style|script|code|svg)\b.*?</\1>|<[^>]*>|&\w+;|https?://\S+"
    r"|:[a-z_]+/[a-z_]+:|:[a-z-]+\[|:[a-z-]+:|\]\([^)]*\)|#[0-9A-Fa-f]{6}|\S+@\S+",
    re.DOTALL,
)
NAMES = frozenset(
    {
        *("DigitScope", "MNIST", "Keras", "TensorFlow", "Lite", "ReLU", "softmax", "Adam", "SGD"),
        *("RMSprop", "PCA", "SNE", "Grad-CAM", "CAM", "Grad", "FGSM", "LiRA", "HOG", "SVM", "CNN"),
        *("LeNet", "CSV", "PNG", "English", "max"),  # max(0, z) is how ReLU is written
        *("conv", "pool", "flatten", "dense", "output", "input"),  # layers
    }
)
"""Names are the same in every language."""
STREAMLITS = frozenset(
    {
        *("App", "pages", "Expand", "sidebar", "Decrement", "Increment", "Help", "for", "Choose"),
        *("option", "Open", "Scroll", "tabs", "right", "left"),
    }
)
"""Words that Streamlit says itself, and has no option to say otherwise: see CONTRIBUTING.md."""
SENTENCE = re.compile(r"(?:\b[A-Za-z]{2,}[ ,;:]+){3,}[A-Za-z]{2,}")
"""Four English words in a row. Names, code and what a paper is called are not sentences."""
LONGEST_WORD = 200
TITLES = re.compile(r"“[^”]*”|《[^》]*》|(?<!\*)\*[^*]+\*(?!\*)")
WORD = re.compile(r"[A-Za-z][A-Za-z’'-]{2,}")
ACCENTED = re.compile(r"[aceinosuyz]", re.IGNORECASE)
"""Letters that the language that nobody speaks writes with an accent."""


def texts(message: Message) -> Iterator[str]:
    """The texts in a message of Streamlit that may be shown."""
    for field, value in message.ListFields():
        if field.name in NOT_SAID:
            continue
        for each in value if field.is_repeated else (value,):
            if isinstance(each, Message):
                yield from texts(each)
            elif isinstance(each, str) and each[:1] in ("{", "["):
                yield from _in_json(each)
            elif isinstance(each, str) and not _packed(each):
                yield each


def _in_json(text: str) -> Iterator[str]:
    try:
        whole = json.loads(text)
    except ValueError:
        yield text
    else:
        yield from _texts_in(whole)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if not _packed(value):
            yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in NOT_SHOWN:
                yield from _texts_in(each)


def _packed(text: str) -> bool:
    """Whether a text is numbers or a picture, packed: no words are so long."""
    return len(text) > LONGEST_WORD and text.isascii() and " " not in text


def english(text: str, names: frozenset[str] = frozenset()) -> list[str]:
    """The words of a text that are plain English, without code, formulas and the given names."""
    shown = KEPT.sub(" ", text)
    return [
        word
        for word in WORD.findall(shown)
        if ACCENTED.search(word) and word not in names and word.lower() not in names
    ]


def english_sentences(text: str) -> list[str]:
    """What of a text in another language is English, without code, formulas and titles."""
    return SENTENCE.findall(TITLES.sub(" ", KEPT.sub(" ", text)))


def left_in_english(text: str, language: str = "zh_Hans") -> bool:
    """Whether a text, even of one word, is a message that the language says otherwise.

    The names of layers are the same in every language: a message may be called as they are.
    """
    message = catalogue(language).get(text.strip())
    return message is not None and message.string != message.id and message.id not in NAMES


def said_on(page: str, language: str) -> list[str]:
    """What a page says in a language."""
    app = AppTest.from_file(str(ROOT / "ui" / "frame" / "menu.py"), default_timeout=120)
    app.query_params["lang"] = language
    app.run()
    app.switch_page(str(ENTRIES[page].script)).run()  # type: ignore[index]
    assert not app.exception, [each.value for each in app.exception]
    return [text for node in walk(app._tree) for text in texts(node)]


def walk(block: Any) -> Iterator[Message]:
    """The messages of all elements and blocks of a page."""
    for child in block.children.values():
        proto = getattr(child, "proto", None)
        if proto is not None:
            yield proto
        if hasattr(child, "children"):
            yield from walk(child)


def main() -> None:
    language, *pages = sys.argv[1:]
    wait_until(lambda: engine().state.phase == "ready", 120, "the engine is ready")
    try:
        for page in pages or ENTRIES:
            print(f"== {page}")
            for text in dict.fromkeys(said_on(page, language)):
                if words := english(text):
                    print(f"{' '.join(words[:8])}   «{' '.join(text.split())[:140]}»")
    finally:
        engine().close()


if __name__ == "__main__":
    main()

"""Visit every page in a process of its own, with the real engine, and report as JSON.

Cold in English, and warm in Chinese.

A process of its own, because the other tests load TensorFlow into theirs; this one must stay free
of it, like Streamlit's process in use.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from model.engine import engine
from tests.pages.said import english_sentences, texts, walk
from tests.quick_pages import hasten_pages
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("tensorflow", "keras", "jax", "torch")


def main() -> None:
    pages = sorted((ROOT / "pages").glob("*/*.py"))
    report: dict[str, Any] = {"pages": {}}
    for warm in (False, True):
        if warm:
            wait_until(lambda: engine().state.phase == "ready", 120, "the engine is ready")
        for page in pages:
            app = AppTest.from_file(str(ROOT / "ui" / "frame" / "menu.py"), default_timeout=60)
            if warm:
                app.query_params["lang"] = "zh"
            app.run()
            app.switch_page(str(page)).run()
            said = [text for message in walk(app._tree) for text in texts(message)]
            report["pages"][f"{page.relative_to(ROOT)}, {'warm' if warm else 'cold'}"] = {
                "title": [title.value for title in app.title],
                "exceptions": [exception.value for exception in app.exception],
                "errors": [error.value for error in app.error],
                "said": len(said),
                "english": [text for text in said if english_sentences(text)] if warm else [],
            }
    report["engine"] = engine().state.phase
    report["heavy"] = [name for name in HEAVY if name in sys.modules]
    engine().close()
    print(json.dumps(report))


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as quick:
        hasten_pages(quick)
        main()

"""What a language costs: pages in English and in Chinese in turn, and the run that switches."""

import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from streamlit.testing.v1 import AppTest  # noqa: E402

from model.engine import engine  # noqa: E402
from tests.waiting import wait_until  # noqa: E402
from ui.locale import ENGLISH, speaking, translations  # noqa: E402
from ui.state.pages import ENTRIES, PageName  # noqa: E402

PAGES: tuple[PageName, ...] = ("stage", "train", "filters", "few", "evaluate", "lessons")
CHINESE = "zh_Hans"
ROUNDS = 15
SWITCH = "switch"


def visit(page: PageName, language: str) -> AppTest:
    """A page that has run twice."""
    app = AppTest.from_file(str(ROOT / "ui" / "frame" / "menu.py"), default_timeout=120)
    app.query_params["lang"] = language
    app.run()
    with speaking(language):
        app.switch_page(str(ENTRIES[page].script)).run()
        return app.run()


def seconds(app: AppTest, language: str, before: str | None = None) -> float:
    """Of a run of the page in this language; `before` it was in another one."""
    app.query_params["lang"] = language
    started = time.perf_counter()
    with speaking(before or language):  # the test's own process asks what an option is called
        app.run()
    return time.perf_counter() - started


def main() -> None:
    """Print the medians of a run, and their ratio."""
    wait_until(lambda: engine().state.phase == "ready", 120, "the engine is ready")
    started = time.perf_counter()
    translations(CHINESE)
    print(f"reading the catalogue, once a server: {1e3 * (time.perf_counter() - started):.0f} ms")
    print("page        English  Chinese  ratio   switched  ratio   (ms a run, medians)")
    for page in PAGES:
        visits = {language: visit(page, language) for language in (ENGLISH, CHINESE)}
        changing, times = visit(page, ENGLISH), {name: list[float]() for name in (*visits, SWITCH)}
        for number in range(ROUNDS):
            for language, app in visits.items():
                times[language].append(seconds(app, language))
            before, after = (ENGLISH, CHINESE) if number % 2 == 0 else (CHINESE, ENGLISH)
            times[SWITCH].append(seconds(changing, after, before))
        english, chinese, switched = (1e3 * statistics.median(found) for found in times.values())
        print(
            f"{page:12}{english:7.1f}  {chinese:7.1f}  {chinese / english:.2f}"
            f"   {switched:7.1f}  {2 * switched / (english + chinese):.2f}",
            flush=True,
        )
    engine().close()


if __name__ == "__main__":
    main()

"""A page of "Experiment" in a test: opened alone, and read as text."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

SCRIPTS = Path(__file__).resolve().parents[2] / "pages" / "experiment"


def opened(name: str, **query: str) -> AppTest:
    """The page after its first run; call it while an engine is in use."""
    app = AppTest.from_file(str(SCRIPTS / f"{name}.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def texts(app: AppTest) -> str:
    """All that is written on the page."""
    return "\n".join(
        block.value for block in (*app.markdown, *app.caption, *app.info, *app.warning)
    )

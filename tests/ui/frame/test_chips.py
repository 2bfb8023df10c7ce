"""The row at the top right of every page."""

from streamlit.testing.v1 import AppTest

from model.engine import InlineEngine, using_engine
from tests.markup import attributes, text_of


def script() -> None:
    from ui.frame import chips
    from ui.frame.lesson import lesson
    from ui.state.address import visit

    with visit("filters"):
        chips.show()
        lesson("A filter.", "Which one?", "The first.")


def engine_told(app: AppTest) -> str:
    return app.get("html")[0].proto.body


def test_the_engine_is_spoken_of_only_while_it_is_not_ready() -> None:
    with using_engine(InlineEngine("warming")):
        told = engine_told(AppTest.from_function(script, default_timeout=60).run())
    assert ("data-phase", "warming") in attributes(told)
    assert "warming up" in text_of(told)
    with using_engine(InlineEngine()):
        told = engine_told(AppTest.from_function(script, default_timeout=60).run())
    assert ("data-phase", "ready") in attributes(told)
    assert text_of(told) == ""


def test_an_engine_that_failed_can_be_started_again() -> None:
    class Failed(InlineEngine):
        starts = 0

        def start(self) -> None:
            self.starts += 1

    with using_engine(Failed("failed")) as engine:
        app = AppTest.from_function(script, default_timeout=60).run()
        assert "could not be started" in engine_told(app)
        app.button(key="engine_again").click().run()
        assert engine.starts == 1


def test_presenting_is_said_by_the_address_and_ends_with_the_same_button() -> None:
    with using_engine(InlineEngine()):
        app = AppTest.from_function(script, default_timeout=60).run()
        app.button(key="present").click().run()
        assert app.query_params["present"] == "1"
        app.button(key="leave").click().run()
        assert "present" not in app.query_params
        other = AppTest.from_function(script, default_timeout=60)
        other.query_params["present"] = "1"
        assert other.run().button(key="leave").label == "Leave"


def test_the_lesson_stands_in_the_row() -> None:
    with using_engine(InlineEngine()):
        app = AppTest.from_function(script, default_timeout=60).run()
    labels = [block.proto.popover.label for block in app.get("popover")]
    assert labels == ["Shipped network", "Lesson"]

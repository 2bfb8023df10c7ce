"""Behind a button of every page: what is to be seen, and a question with its answer folded."""

import streamlit as st

from ui.frame.chips import ROW
from ui.frame.class_row.ask_here import ask_here
from ui.frame.class_row.lesson_questions import LESSON_QUESTIONS
from ui.locale import say
from ui.state.classroom.shown import Part, hides
from ui.state.session import session


def lesson(seeing: str, question: str, answer: str) -> None:
    """Offer what a view shows and a question about it, at the right of the page's top row.

    Args:
        seeing: Markdown, three sentences at most.
        question: one question that can be answered by looking at this view.
        answer: Markdown.
    """
    if hides(Part.LESSON):
        return
    with (ROW.get() or st).popover(
        say("Lesson"),
        icon=":material/school:",
        key="lesson",
        help=say("What you see here, and a question for the class. Key: ?"),
    ):
        st.markdown(say("**What am I seeing?** {seeing}", seeing=seeing))
        st.markdown(say("**For the class:** {question}", question=question))
        with st.expander(say("Answer"), icon=":material/lightbulb:"):
            st.markdown(answer)
        ready = LESSON_QUESTIONS.get(session().page)
        if ready is not None:
            ask_here("ask_lesson", ready.text, ready.options, ready.right)

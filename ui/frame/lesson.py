"""Beside every view: what is to be seen, and a question for the class with its answer folded."""

import streamlit as st


def lesson(seeing: str, question: str, answer: str) -> None:
    """Show what a view shows and a question about it; the answer opens on a click.

    Args:
        seeing: Markdown, three sentences at most.
        question: one question that can be answered by looking at this view.
        answer: Markdown.
    """
    st.markdown(f"**What am I seeing?** {seeing}")
    with st.expander(f"For the class: {question}", icon=":material/school:"):
        st.markdown(answer)

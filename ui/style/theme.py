"""Which of the two themes a person sees."""

import streamlit as st


def is_dark() -> bool:
    """Whether this person's page is dark; what is drawn here for the screen then is dark, too."""
    return st.context.theme.type == "dark"

"""What is kept of a class, in six lines: for teachers, students and their parents."""

import streamlit as st

from ui.locale import say, to_say

LINES = (
    to_say(
        "**No names, no accounts**: an animal, a colour, a code, and a mark of your "
        "browser's cookie.",
    ),
    to_say("**Your page**, the digit that was read last and the curve of your last training."),
    to_say(
        "**Your answers** to questions, and the digits that you hand in for the class's own set.",
    ),
    to_say(
        "**Where**: in one database on this school's computer. Nothing goes to the internet.",
    ),
    to_say("**Who sees it**: your teacher's board. Other students see only sums."),
    to_say(
        "**How long**: until the class ends, at most twelve hours. Then it is deleted, on "
        "disk too. Only networks that were trained stay, for thirty days: a network is no "
        "drawing.",
    ),
)


def what_is_kept() -> None:
    """Offer the six lines."""
    with st.popover(say("What is kept"), icon=":material/lock:", type="tertiary"):
        st.markdown("\n".join(f"- {say(line)}" for line in LINES))

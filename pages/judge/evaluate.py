import streamlit as st

from ui.frame.lesson import lesson
from ui.frame.whose import whose
from ui.judge.evaluate import evaluate
from ui.locale import say
from ui.state.address import arrive
from ui.state.links import copy_link

st.title(say("Evaluate"))
arrive("evaluate")
lesson(
    say(
        "The network reads digits that it has not learned from, and every answer is "
        "compared with the true digit. The **confusion matrix** counts who is taken for "
        "whom. The galleries show the mistakes themselves.",
    ),
    say("Which two digits does this network confuse most, and would you have known better?"),
    say(
        "Look for the strongest red cell and click it. Often it is 4 and 9, or 3 and 5: a "
        "few pixels of ink decide. Some of these digits are hard for people, too.",
    ),
)
whose()
evaluate()
copy_link()

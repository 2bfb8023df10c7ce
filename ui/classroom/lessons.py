"""The page of the lessons: one is open, the others a click away; worksheets beside them."""

import secrets

import streamlit as st

from ui.classroom.lesson_plans import LESSONS, LessonPlan, Step
from ui.classroom.worksheets import NUMBERS, SHEETS, sheet_address
from ui.locale import say
from ui.state.address import keep, start
from ui.state.pages import page
from ui.state.properties import LESSON


def lessons() -> None:
    """Draw the page below its title."""
    titles = [say(plan.title) for plan in LESSONS]
    numbers = list(range(len(LESSONS)))
    number = st.segmented_control(
        say("Which lesson"),
        numbers,
        default=start(LESSON, numbers, 0),
        required=True,
        format_func=lambda n: f"{n + 1}. {titles[n]}",
        key="lesson_number",
        label_visibility="collapsed",
    )
    keep({LESSON: number or None})
    plan = LESSONS[number or 0]
    left, right = st.columns([2, 1], gap="large")
    with left:
        _steps(plan)
    with right:
        _beside(plan)


def _steps(plan: LessonPlan) -> None:
    began = 0
    for number, step in enumerate(plan.steps, start=1):
        with st.container(border=True):
            st.markdown(
                say(
                    "**{number}. {title}** · minute {begin} to {end}",
                    number=number,
                    title=say(step.title),
                    begin=began,
                    end=began + step.minutes,
                )
            )
            st.markdown(say(step.text))
            _links(step)
        began += step.minutes


def _links(step: Step) -> None:
    if not (step.links or step.worksheet):
        return
    with st.container(horizontal=True):
        for link in step.links:
            st.page_link(
                page(link.page),
                label=say(link.words),
                icon=":material/arrow_forward:",
                query_params=dict(link.query),
            )
        if step.worksheet:
            _sheet(step.worksheet)


def _sheet(name: str) -> None:
    """A worksheet with numbers of its own each time that the page is opened."""
    sheet = SHEETS[name]
    number = secrets.randbelow(NUMBERS) + 1 if sheet.numbered else None
    st.link_button(
        say("Worksheet: {title}", title=say(sheet.title)),
        sheet_address(name, number),
        icon=":material/print:",
    )


def _beside(plan: LessonPlan) -> None:
    st.header(say("Afterwards a student can"))
    st.markdown("\n".join(f"- {say(aim)}" for aim in plan.aims))
    st.header(say("Questions"))
    for each in plan.questions:
        with st.expander(say(each.question)):
            st.markdown(say(each.answer))
    st.header(say("What goes wrong"))
    st.markdown("\n".join(f"- {say(each)}" for each in plan.pitfalls))
    st.header(say("Worksheets to print"))
    for name, sheet in SHEETS.items():
        st.markdown(f"[{say(sheet.title)}]({sheet_address(name)}): {say(sheet.about)}")

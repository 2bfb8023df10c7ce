"""The network's answer: the digit large and its ten probabilities as bars."""

import numpy as np
import streamlit as st

STYLE = """<style>
.ds-answer { display: grid; grid-template-columns: minmax(5rem, auto) 1fr; gap: 1.25rem;
  align-items: center; }
.ds-digit { font-size: 6rem; line-height: 1; font-weight: 700; text-align: center; }
.ds-digit small { display: block; font-size: 0.9rem; font-weight: 400; opacity: 0.75;
  margin-top: 0.4rem; }
.ds-bars { display: grid; grid-template-columns: auto 1fr 4.2rem; gap: 0.2rem 0.6rem;
  align-items: center; font-variant-numeric: tabular-nums; }
.ds-bars div.bar { height: 0.85rem; border-radius: 0.3rem; background: rgba(128,128,128,0.15); }
.ds-bars div.bar i { display: block; height: 100%; border-radius: 0.3rem; background: #4f93d6; }
.ds-bars .first { font-weight: 700; }
.ds-bars div.bar.first i { background: #c2410c; }
.ds-bars span { text-align: right; }
</style>"""


def answer(probabilities: np.ndarray) -> None:
    """Show the most probable digit, the runner-up and all ten probabilities.

    Args:
        probabilities: (10,) float32, sums to 1.
    """
    order = np.argsort(probabilities)[::-1]
    best, second = int(order[0]), int(order[1])
    rows = "".join(
        f"<span class='{'first' if digit == best else ''}'>{digit}</span>"
        f"<div class='bar {'first' if digit == best else ''}'>"
        f"<i style='width: {share:.2%}'></i></div><span>{share:.1%}</span>"
        for digit, share in enumerate(probabilities.tolist())
    )
    st.html(
        f"{STYLE}<div class='ds-answer' role='group' aria-label='The answer: {best}'>"
        f"<div class='ds-digit' data-digit='{best}'>{best}<small>then {second}</small></div>"
        f"<div class='ds-bars'>{rows}</div></div>"
    )


def no_answer(sentence: str) -> None:
    """Show a sentence in the place of an answer."""
    st.html(
        f"{STYLE}<div class='ds-answer'><div class='ds-digit' data-digit=''>–</div>"
        f"<div>{sentence}</div></div>"
    )

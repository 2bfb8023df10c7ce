"""Sums as a student would write them: cells with two places, totals with four, bars for size.

Everything is HTML that wraps on a narrow page. A cell's colour is that of its number on the app's
ramp; its text turns white on dark colours. Pointing at a cell shows the number unrounded.
"""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from model.evaluation.pictures import ramp_indices
from model.interpretability.arithmetic import Check
from ui.locale import say
from ui.style.colours import EVEN, luminance, ramp
from ui.style.theme import is_dark

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def two(value: float) -> str:
    """A number with two places, as it stands in a cell; what rounds to zero has no sign."""
    return f"{value:z.2f}".replace("-", "−")


def four(value: float) -> str:
    """A total with four places; in powers of ten where these would hide it."""
    value += 0.0  # a negative zero is just zero
    if value == 0 or 5e-4 <= abs(value) < 1e7:
        return f"{value:,.4f}".replace("-", "−")
    mantissa, exponent = f"{value:.4e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(SUPERSCRIPTS)}".replace("-", "−")


def in_brackets(text: str) -> str:
    """A factor or summand: negative ones stand in brackets."""
    return f"({text})" if text.startswith("−") else text


def write(*parts: str) -> None:
    """Put parts of a sum on the page."""
    st.html(f"<div class='ds-sum'>{''.join(parts)}</div>")


def table(values: np.ndarray, title: str, scale: float, won: Sequence[tuple[int, int]] = ()) -> str:
    """A window, a kernel or their products as a table of coloured cells.

    Args:
        values: (height, width).
        title: what it is.
        scale: the absolute value that gets the full colour.
        won: rows and columns of the cells to outline.
    """
    colours = ramp(dark=is_dark())[ramp_indices(values, scale)]
    rows = []
    for i, row in enumerate(values.tolist()):
        cells = [_cell(v, colours[i, j].tolist(), (i, j) in won) for j, v in enumerate(row)]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f"<figure><figcaption>{title}</figcaption>"
        f"<table class='cells' aria-label='{title}'>{''.join(rows)}</table></figure>"
    )


def _cell(value: float, rgb: Sequence[int], won: bool) -> str:
    ink = "#000" if luminance(np.array(rgb) / 255) > EVEN else "#fff"
    kind = " class='won'" if won else ""
    style = f"background: rgb{tuple(rgb)}; color: {ink}"
    return f"<td{kind} style='{style}' title='{value:.9g}'>{two(value)}</td>"


def tables(*parts: str) -> str:
    """Tables side by side with the signs between them."""
    signs = [
        part if part.startswith("<") else f"<span class='sign'>{part}</span>" for part in parts
    ]
    return f"<div class='tables'>{''.join(signs)}</div>"


def bars(
    names: Sequence[str], values: np.ndarray, totals: Sequence[str], chosen: int | None
) -> str:
    """A list of signed numbers with a bar for the size of each.

    Args:
        names: of the rows.
        values: (rows,).
        totals: the numbers as they are written.
        chosen: the row to emphasise.
    """
    reach = float(np.abs(values).max()) or 1.0
    rows = []
    for i, (name, value, total) in enumerate(zip(names, values.tolist(), totals, strict=True)):
        kind = "plus" if value >= 0 else "minus"
        bar = f"<i class='{kind}' style='width: {50 * abs(value) / reach:.1f}%'></i>"
        rows.append(
            f"<div class='row {'chosen' if i == chosen else ''}'><span>{name}</span>"
            f"<div class='bar'>{bar}</div><span>{total}</span></div>"
        )
    return f"<div class='list'>{''.join(rows)}</div>"


def written(*parts: str, total: str, rounded: bool = False) -> str:
    """A formula with numbers in it; lines break only between its parts.

    Args:
        *parts: what stands before the sign.
        total: what stands after it.
        rounded: the parts are rounded, so that they give the total only about: ≈ and not =.
    """
    spans, sign = " ".join(f"<span>{part}</span>" for part in parts), "≈" if rounded else "="
    return f"<div class='written'>{spans} <span class='total'>{sign} {total}</span></div>"


def verdict(name: str, check: Check) -> str:
    """Our total beside TensorFlow's, with a tick where they agree and the difference where not."""
    if check.agrees:
        kind, words = "same", say("✓ the same")
    else:
        kind, words = "other", say("✗ differs by {difference}", difference=four(check.difference))
    ours = f"{name} = <b>{four(check.computed)}</b>"
    return (
        f"<div class='check {kind}' role='status'><span>{ours}</span>"
        f"<span>TensorFlow: {four(check.reported)} <em>{words}</em></span></div>"
    )


def softmax_table(
    logits: np.ndarray, exponentials: np.ndarray, shares: np.ndarray, chosen: int
) -> str:
    """Ten scores, their exponentials and their shares of the sum; all are (10,)."""
    rows = "".join(
        f"<tr class='{'chosen' if digit == chosen else ''}'><td>{digit}</td><td>{four(z)}</td>"
        f"<td>{four(e)}</td><td>{four(share)}</td></tr>"
        for digit, (z, e, share) in enumerate(
            zip(logits.tolist(), exponentials.tolist(), shares.tolist(), strict=True)
        )
    )
    total = four(math.fsum(exponentials.tolist()))
    return (
        f"<table class='softmax'><tr><th>{say('digit')}</th><th>{say('score z')}</th>"
        f"<th>exp</th><th>{say('share')}</th></tr>"
        f"{rows}<tr class='sum'><td>{say('sum')}</td><td></td><td>{total}</td>"
        f"<td>{four(math.fsum(shares.tolist()))}</td></tr></table>"
    )

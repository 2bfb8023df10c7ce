"""What made one value, laid out: one function for each kind of explanation."""

import numpy as np
import streamlit as st

from model.interpretability.arithmetic import (
    Cause,
    Explanation,
    FlattenedValue,
    KeptValue,
    PoolingWindow,
    WeightedSum,
)
from model.network import LayerKind
from ui.components.maps import map_grid
from ui.inside.arithmetic_tables import (
    bars,
    four,
    in_brackets,
    softmax_table,
    table,
    tables,
    two,
    verdict,
    write,
    written,
)
from ui.locale import say, to_say

WRITABLE = 5
"""Windows up to this side are written out as tables; larger ones are shown as pictures."""
SUMMANDS = 6
"""Partial sums that the formula names; the others are added together in one."""
ROUNDED = to_say("Cells show two places, totals four. All sums are computed unrounded.")


def show_explanation(explanation: Explanation, opened: int = 0) -> None:
    """Lay out what made a value.

    Args:
        explanation: of any layer.
        opened: the input channel whose products are laid out, where the value is a weighted sum.
    """
    match explanation:
        case WeightedSum():
            _weighted_sum(explanation, opened)
        case PoolingWindow():
            _pooling(explanation)
        case FlattenedValue():
            _flattened(explanation)
        case KeptValue():
            _kept(explanation)


def _weighted_sum(sum_: WeightedSum, opened: int) -> None:
    convolution = sum_.layer.kind is LayerKind.CONVOLUTION
    height, width, channels = sum_.products.shape
    if convolution:
        i, j, k = sum_.place
        st.markdown(
            say(
                "**{name}, map {k}, row {i}, column {j}**",
                name=sum_.layer.name,
                k=k,
                i=i,
                j=j,
            )
        )
        st.latex(
            say("z(i,j) = \\sum_{c}\\sum_{p}\\sum_{q} x_c(i{+}p,\\,j{+}q)\\,k_c(p,q) + b")
            if channels > 1
            else say("z(i,j) = \\sum_{p}\\sum_{q} x(i{+}p,\\,j{+}q)\\,k(p,q) + b")
        )
    else:
        st.markdown(f"**{sum_.layer.name}, {_unit_word(sum_)} {sum_.place[0]}**")
        st.latex(say("z = \\sum_{n} x_n\\,w_n + b"))
    write(_formula(sum_), _activation(sum_), verdict("z", sum_.check_z))
    if sum_.softmax is None:
        write(verdict("ReLU(z)", sum_.check))
    st.markdown(_most_important(sum_))
    if max(height, width) > 1:
        _products(sum_, opened)
    if channels > 1:
        _partial_sums(sum_, opened)
        if max(height, width) > 1:
            _all_products(sum_)
    if sum_.softmax is not None:
        _softmax(sum_)
    st.caption(ROUNDED)


def _unit_word(sum_: WeightedSum) -> str:
    return "digit" if sum_.softmax is not None else "unit"


def _formula(sum_: WeightedSum) -> str:
    """The formula with this place's numbers: products where they are few, else partial sums."""
    if sum_.products.shape[2] == 1 and sum_.products.size <= WRITABLE**2:
        pairs = zip(sum_.inputs.ravel().tolist(), sum_.weights.ravel().tolist(), strict=True)
        terms = [f"{two(x)}·{in_brackets(two(w))}" for x, w in pairs]
    else:
        order, sums = sum_.order.tolist(), sum_.partial_sums
        named, others = order[:SUMMANDS], order[SUMMANDS:]
        terms = [
            f"{in_brackets(four(sums[c]))} <span class='faint'>{_channel_word(sum_)} {c}</span>"
            for c in named
        ]
        if others:
            rest = in_brackets(four(float(sums[others].sum())))
            terms.append(f"{rest} <span class='faint'>{len(others)} others</span>")
    terms.append(f"{in_brackets(four(sum_.bias))} <span class='faint'>bias</span>")
    plus = [terms[0], *(f"+ {term}" for term in terms[1:])]
    return written("z =", *plus, total=four(sum_.z), rounded=True)


def _activation(sum_: WeightedSum) -> str:
    if sum_.softmax is not None:
        return ""
    z, value = four(sum_.z), four(sum_.value)
    why = say("positive numbers stay") if sum_.z > 0 else say("negative sums become 0")
    return written(
        say("ReLU(z) = max(0, {z})", z=z), total=f"{value} <span class='faint'>{why}</span>"
    )


def _channel_word(sum_: WeightedSum) -> str:
    return "unit" if sum_.products.shape[:2] == (1, 1) else "map"


def _most_important(sum_: WeightedSum) -> str:
    """The sentence that names the three inputs that mattered most."""
    causes = sum_.causes()
    if not causes:
        return say("All inputs are 0 here, so that only the bias is left.")
    listed = [_cause_words(cause, sum_) for cause in causes]
    text = listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
    return say("**What mattered most:** {text}.", text=text)


def _cause_words(cause: Cause, sum_: WeightedSum) -> str:
    factors = f"{four(cause.input)} × {in_brackets(four(cause.weight))}"
    product = f"{factors} ≈ {four(cause.product)}"
    if _channel_word(sum_) == "unit":
        return say("unit {channel} ({product})", channel=cause.channel, product=product)
    place = say("row {row}, column {column}", row=cause.row, column=cause.column)
    if sum_.products.shape[2] > 1:
        place = say("map {channel}, {place}", channel=cause.channel, place=place)
    return f"{place} ({product})"


def _products(sum_: WeightedSum, opened: int) -> None:
    """Window, kernel and products of one input channel."""
    x, w = sum_.inputs[:, :, opened], sum_.weights[:, :, opened]
    products = sum_.products[:, :, opened]
    scales = [float(np.abs(values).max()) for values in (sum_.inputs, sum_.weights, sum_.products)]
    several = sum_.products.shape[2] > 1
    st.markdown(
        say("**The products of map {opened}**", opened=opened)
        if several
        else say("**The products**")
    )
    if max(x.shape) > WRITABLE:
        stack = np.stack([x, w, products], axis=-1)
        map_grid(
            stack,
            key=f"arithmetic_products_{sum_.layer.name}",
            scale=np.array(scales),
            size=168,
            labels=["inputs", "weights", "products"],
            marked_empty=False,
        )
        return
    write(
        tables(
            table(x, "inputs", scales[0]),
            "×",
            table(w, "weights", scales[1]),
            "=",
            table(products, "products", scales[2]),
        ),
        _sum_of_products(sum_, float(products.sum())),
    )


def _sum_of_products(sum_: WeightedSum, products: float) -> str:
    """What the products of one input map give; where it is the only one, on to z."""
    if sum_.products.shape[2] > 1:
        return written(
            say("their sum, one of {shape}", shape=sum_.products.shape[2]), total=four(products)
        )
    return written(
        say("their sum {four}", four=four(products)),
        f"+ {in_brackets(four(sum_.bias))} <span class='faint'>bias</span>",
        total=f"{four(sum_.z)} <span class='faint'>z</span>",
        rounded=True,
    )


def _partial_sums(sum_: WeightedSum, opened: int) -> None:
    """All partial sums by size; those that are exactly 0 are named together."""
    word = _channel_word(sum_)
    order, sums = sum_.order, sum_.partial_sums
    some = order[sums[order] != 0]
    what = "products" if word == "unit" else say("partial sums, one for each input map")
    st.markdown(say("**All {count} {what}**, largest first", count=len(order), what=what))
    values = sums[some]
    found = np.flatnonzero(some == opened)
    write(
        bars(
            [f"{word} {c}" for c in some.tolist()],
            values,
            [four(v) for v in values.tolist()],
            int(found[0]) if found.size and word == "map" else None,
        )
        if some.size
        else "",
        _nothing_words(np.sort(order[sums[order] == 0]).tolist(), word),
        written(
            say("all {count} together {four}", count=len(order), four=four(float(sums.sum()))),
            f"+ {in_brackets(four(sum_.bias))} <span class='faint'>bias</span>",
            total=f"{four(sum_.z)} <span class='faint'>z</span>",
            rounded=True,
        ),
    )


def _all_products(sum_: WeightedSum) -> None:
    """Every single product: a picture for each channel, the largest partial sum first."""
    order = sum_.order
    st.markdown(
        say(
            "**All {size:,} products**, one picture for each input map",
            size=sum_.products.size,
        )
    )
    map_grid(
        sum_.products[:, :, order],
        key=f"arithmetic_all_{sum_.layer.name}",
        size=40,
        labels=[str(channel) for channel in order],
    )


def _nothing_words(channels: list[int], word: str) -> str:
    if not channels:
        return ""
    names = ", ".join(map(str, channels))
    subject = (
        say("{word} {names} adds", word=word, names=names)
        if len(channels) == 1
        else say(
            "{word}s {names} add",
            word=word,
            names=names,
        )
    )
    return f"<p class='faint'>Nothing at all: {subject} exactly 0.</p>"


def _softmax(sum_: WeightedSum) -> None:
    softmax, digit = sum_.softmax, sum_.place[0]
    if softmax is None:
        return
    st.markdown(say("**Softmax:** ten scores become ten shares of 1"))
    st.latex(r"p_d = \frac{e^{z_d}}{e^{z_0} + e^{z_1} + \dots + e^{z_9}}")
    parts = f"{four(float(softmax.exponentials[digit]))} / {four(softmax.total)}"
    write(
        written(f"p<sub>{digit}</sub> = {parts}", total=four(sum_.value), rounded=True),
        verdict(f"p<sub>{digit}</sub>", sum_.check),
        softmax_table(softmax.logits, softmax.exponentials, softmax.shares, digit),
    )
    if softmax.shift:
        st.caption(
            say(
                "{four}, the largest score, is subtracted from all ten before exp: the "
                "shares stay the same and the numbers stay small enough to be written.",
                four=four(softmax.shift),
            )
        )


def _pooling(window: PoolingWindow) -> None:
    i, j, k = window.place
    st.markdown(
        say(
            "**{name}, map {k}, row {i}, column {j}**",
            name=window.layer.name,
            k=k,
            i=i,
            j=j,
        )
    )
    numbers = [four(v) for v in window.values.ravel().tolist()]
    values = table(
        window.values, say("the window"), float(np.abs(window.values).max()), window.winners
    )
    if window.mode == "max":
        st.latex(say("y(i,j) = \\max_{(p,q)\\,\\in\\,W(i,j)} x(p,q)"))
        formula = written(f"max({', '.join(numbers)})", total=four(window.value))
    else:
        st.latex(say("y(i,j) = \\tfrac{1}{4} \\sum_{(p,q)\\,\\in\\,W(i,j)} x(p,q)"))
        terms = " + ".join(in_brackets(number) for number in numbers)
        formula = written(f"({terms}) / {len(numbers)}", total=four(window.value), rounded=True)
    write(tables(values), formula, verdict("y", window.check))
    st.markdown(_winner_words(window))
    st.caption(ROUNDED)


def _winner_words(window: PoolingWindow) -> str:
    if window.mode != "max":
        return say("Each of the four values counts for a quarter.")
    if len(window.winners) > 1:
        count = {2: "Two", 3: "Three"}.get(len(window.winners))
        who = (
            say("All four are equally large")
            if count is None
            else say(
                "{count} are equally large",
                count=count,
            )
        )
        return say("{who}: any of them could have won.", who=who)
    row, column = window.winners[0]
    place = say("row {top}, column {left}", top=window.top + row, left=window.left + column)
    return say(
        "**The winner** stands at {place} of the input map. The other three are dropped.",
        place=place,
    )


def _flattened(value: FlattenedValue) -> None:
    row, column, channel = value.source
    height, width, channels = value.layer.input_shape
    st.markdown(say("**{name}, place {place}**", name=value.layer.name, place=value.place[0]))
    st.latex(r"n = (i \cdot \mathrm{width} + j) \cdot \mathrm{maps} + c")
    write(
        written(
            f"n = ({row} · {width} + {column}) · {channels} + {channel}", total=f"{value.place[0]}"
        ),
        verdict(f"x<sub>{value.place[0]}</sub>", value.check),
    )
    st.markdown(
        say(
            "Place {place} of {height} is a copy of row {row}, column {column} of map "
            "{channel}. Flattening computes nothing; it lays the maps in a row.",
            place=value.place[0],
            height=height * width * channels,
            row=row,
            column=column,
            channel=channel,
        )
    )


def _kept(value: KeptValue) -> None:
    st.markdown(say("**{name}, unit {place}**", name=value.layer.name, place=value.place[0]))
    write(verdict("y = x", value.check))
    st.markdown(
        say(
            "While the network learns, each unit is silenced in {rate:.0%} of the steps, "
            "at random. When it reads a digit, all units pass unchanged.",
            rate=value.rate,
        )
    )

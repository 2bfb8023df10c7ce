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
from ui.locale import say, say_many, to_say
from ui.locale.sentence import listed
from ui.style.words import all_of

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


def _title(value: WeightedSum | PoolingWindow) -> None:
    """Which value of a map is explained."""
    row, column, channel = value.place
    st.markdown(
        say(
            "**{layer}, map {channel}, row {row}, column {column}**",
            layer=value.layer.name,
            channel=channel,
            row=row,
            column=column,
        )
    )


def _weighted_sum(sum_: WeightedSum, opened: int) -> None:
    convolution = sum_.layer.kind is LayerKind.CONVOLUTION
    height, width, channels = sum_.products.shape
    if convolution:
        _title(sum_)
        st.latex(
            r"z(i,j) = \sum_{c}\sum_{p}\sum_{q} x_c(i{+}p,\,j{+}q)\,k_c(p,q) + b"
            if channels > 1
            else r"z(i,j) = \sum_{p}\sum_{q} x(i{+}p,\,j{+}q)\,k(p,q) + b"
        )
    else:
        name, unit = sum_.layer.name, sum_.place[0]
        st.markdown(
            say("**{layer}, unit {unit}**", layer=name, unit=unit)
            if sum_.softmax is None
            else say("**{layer}, digit {digit}**", layer=name, digit=unit)
        )
        st.latex(r"z = \sum_{n} x_n\,w_n + b")
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
    st.caption(say(ROUNDED))


def _formula(sum_: WeightedSum) -> str:
    """The formula with this place's numbers: products where they are few, else partial sums."""
    if sum_.products.shape[2] == 1 and sum_.products.size <= WRITABLE**2:
        pairs = zip(sum_.inputs.ravel().tolist(), sum_.weights.ravel().tolist(), strict=True)
        terms = [f"{two(x)}·{in_brackets(two(w))}" for x, w in pairs]
    else:
        order, sums = sum_.order.tolist(), sum_.partial_sums
        named, others = order[:SUMMANDS], order[SUMMANDS:]
        terms = [
            f"{in_brackets(four(sums[c]))} <span class='faint'>{_input_words(sum_, c)}</span>"
            for c in named
        ]
        if others:
            rest = in_brackets(four(float(sums[others].sum())))
            terms.append(f"{rest} <span class='faint'>{_others_words(len(others))}</span>")
    terms.append(_bias_term(sum_))
    plus = [terms[0], *(f"+ {term}" for term in terms[1:])]
    return written("z =", *plus, total=four(sum_.z), rounded=True)


def _others_words(count: int) -> str:
    return say_many("{count} other", "{count} others", count)


def _bias_term(sum_: WeightedSum) -> str:
    return f"{in_brackets(four(sum_.bias))} <span class='faint'>{say('bias')}</span>"


def _activation(sum_: WeightedSum) -> str:
    if sum_.softmax is not None:
        return ""
    z, value = four(sum_.z), four(sum_.value)
    why = say("positive numbers stay") if sum_.z > 0 else say("negative sums become 0")
    return written(f"ReLU(z) = max(0, {z})", total=f"{value} <span class='faint'>{why}</span>")


def _of_units(sum_: WeightedSum) -> bool:
    """Whether it sums over units; else over the pixels of maps."""
    return sum_.products.shape[:2] == (1, 1)


def _input_words(sum_: WeightedSum, channel: int) -> str:
    if _of_units(sum_):
        return say("unit {number}", number=channel)
    return say("map {number}", number=channel)


def _most_important(sum_: WeightedSum) -> str:
    """The sentence that names the three inputs that mattered most."""
    causes = sum_.causes()
    if not causes:
        return say("All inputs are 0 here, so that only the bias is left.")
    words = [_cause_words(cause, sum_) for cause in causes]
    return say("**What mattered most:** {causes}.", causes=all_of(words))


def _cause_words(cause: Cause, sum_: WeightedSum) -> str:
    factors = f"{four(cause.input)} × {in_brackets(four(cause.weight))}"
    product = f"{factors} ≈ {four(cause.product)}"
    row, column = cause.row, cause.column
    if _of_units(sum_):
        return say("unit {channel} ({product})", channel=cause.channel, product=product)
    if sum_.products.shape[2] == 1:
        return say(
            "row {row}, column {column} ({product})", row=row, column=column, product=product
        )
    return say(
        "map {channel}, row {row}, column {column} ({product})",
        channel=cause.channel,
        row=row,
        column=column,
        product=product,
    )


def _products(sum_: WeightedSum, opened: int) -> None:
    """Window, kernel and products of one input channel."""
    x, w = sum_.inputs[:, :, opened], sum_.weights[:, :, opened]
    products = sum_.products[:, :, opened]
    scales = [float(np.abs(values).max()) for values in (sum_.inputs, sum_.weights, sum_.products)]
    several = sum_.products.shape[2] > 1
    st.markdown(
        say("**The products of map {channel}**", channel=opened)
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
            labels=[say("inputs"), say("weights"), say("products")],
            marked_empty=False,
        )
        return
    write(
        tables(
            table(x, say("inputs"), scales[0]),
            "×",
            table(w, say("weights"), scales[1]),
            "=",
            table(products, say("products"), scales[2]),
        ),
        _sum_of_products(sum_, float(products.sum())),
    )


def _sum_of_products(sum_: WeightedSum, products: float) -> str:
    """What the products of one input map give; where it is the only one, on to z."""
    if sum_.products.shape[2] > 1:
        return written(
            say("their sum, one of {count}", count=sum_.products.shape[2]), total=four(products)
        )
    return written(
        say("their sum {sum}", sum=four(products)),
        f"+ {_bias_term(sum_)}",
        total=f"{four(sum_.z)} <span class='faint'>z</span>",
        rounded=True,
    )


def _partial_sums(sum_: WeightedSum, opened: int) -> None:
    """All partial sums by size; those that are exactly 0 are named together."""
    order, sums = sum_.order, sum_.partial_sums
    some, of_units = order[sums[order] != 0], _of_units(sum_)
    st.markdown(
        say("**All {count} products**, largest first", count=len(order))
        if of_units
        else say(
            "**All {count} partial sums, one for each input map**, largest first", count=len(order)
        )
    )
    values = sums[some]
    found = np.flatnonzero(some == opened)
    write(
        bars(
            [_input_words(sum_, c) for c in some.tolist()],
            values,
            [four(v) for v in values.tolist()],
            int(found[0]) if found.size and not of_units else None,
        )
        if some.size
        else "",
        _nothing_words(np.sort(order[sums[order] == 0]).tolist(), of_units),
        written(
            say("all {count} together {sum}", count=len(order), sum=four(float(sums.sum()))),
            f"+ {_bias_term(sum_)}",
            total=f"{four(sum_.z)} <span class='faint'>z</span>",
            rounded=True,
        ),
    )


def _all_products(sum_: WeightedSum) -> None:
    """Every single product: a picture for each channel, the largest partial sum first."""
    order = sum_.order
    st.markdown(
        say(
            "**All {count:,} products**, one picture for each input map",
            count=sum_.products.size,
        )
    )
    map_grid(
        sum_.products[:, :, order],
        key=f"arithmetic_all_{sum_.layer.name}",
        size=40,
        labels=[str(channel) for channel in order],
    )


def _nothing_words(channels: list[int], of_units: bool) -> str:
    if not channels:
        return ""
    count, names = len(channels), listed(map(str, channels))
    words = (
        say_many(
            "Nothing at all: unit {names} adds exactly 0.",
            "Nothing at all: units {names} add exactly 0.",
            count,
            names=names,
        )
        if of_units
        else say_many(
            "Nothing at all: map {names} adds exactly 0.",
            "Nothing at all: maps {names} add exactly 0.",
            count,
            names=names,
        )
    )
    return f"<p class='faint'>{words}</p>"


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
                "{score}, the largest score, is subtracted from all ten before exp: the "
                "shares stay the same and the numbers stay small enough to be written.",
                score=four(softmax.shift),
            )
        )


def _pooling(window: PoolingWindow) -> None:
    _title(window)
    numbers = [four(v) for v in window.values.ravel().tolist()]
    values = table(
        window.values, say("the window"), float(np.abs(window.values).max()), window.winners
    )
    if window.mode == "max":
        st.latex(r"y(i,j) = \max_{(p,q)\,\in\,W(i,j)} x(p,q)")
        formula = written(f"max({', '.join(numbers)})", total=four(window.value))
    else:
        st.latex(r"y(i,j) = \tfrac{1}{4} \sum_{(p,q)\,\in\,W(i,j)} x(p,q)")
        terms = " + ".join(in_brackets(number) for number in numbers)
        formula = written(f"({terms}) / {len(numbers)}", total=four(window.value), rounded=True)
    write(tables(values), formula, verdict("y", window.check))
    st.markdown(_winner_words(window))
    st.caption(say(ROUNDED))


def _winner_words(window: PoolingWindow) -> str:
    if window.mode != "max":
        return say("Each of the four values counts for a quarter.")
    match len(window.winners):
        case 4:
            return say("All four are equally large: any of them could have won.")
        case 3:
            return say("Three are equally large: any of them could have won.")
        case 2:
            return say("Two are equally large: any of them could have won.")
    row, column = window.winners[0]
    return say(
        "**The winner** stands at row {row}, column {column} of the input map. "
        "The other three are dropped.",
        row=window.top + row,
        column=window.left + column,
    )


def _flattened(value: FlattenedValue) -> None:
    row, column, channel = value.source
    height, width, channels = value.layer.input_shape
    st.markdown(say("**{layer}, place {place}**", layer=value.layer.name, place=value.place[0]))
    across, maps = say("width"), say("maps")
    st.latex(rf"n = (i \cdot \text{{{across}}} + j) \cdot \text{{{maps}}} + c")
    write(
        written(
            f"n = ({row} · {width} + {column}) · {channels} + {channel}", total=f"{value.place[0]}"
        ),
        verdict(f"x<sub>{value.place[0]}</sub>", value.check),
    )
    st.markdown(
        say(
            "Place {place} of {count} is a copy of row {row}, column {column} of map "
            "{channel}. Flattening computes nothing; it lays the maps in a row.",
            place=value.place[0],
            count=height * width * channels,
            row=row,
            column=column,
            channel=channel,
        )
    )


def _kept(value: KeptValue) -> None:
    st.markdown(say("**{layer}, unit {unit}**", layer=value.layer.name, unit=value.place[0]))
    write(verdict("y = x", value.check))
    st.markdown(
        say(
            "While the network learns, each unit is silenced in {rate:.0%} of the steps, "
            "at random. When it reads a digit, all units pass unchanged.",
            rate=value.rate,
        )
    )

"""Is the explanation true? Erasing in its order, against random order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from model.data import mnist
from model.interpretability.attribution import AttributionMethod, Settings, usual_layer
from model.interpretability.faithfulness import (
    ORDERS,
    Erasing,
    PlainOrder,
    areas,
    erase,
    erased,
    importance_order,
    other_orders,
)
from model.network import Network, NetworkConfig
from model.network.activations import ForwardPass
from ui.components.curves import Line, curves
from ui.components.maps import map_grid
from ui.frame.save_menu import SavedFile, save_files, save_menu
from ui.judge.explain import heat_maps, method_name
from ui.locale import number_text, say, say_many, to_say
from ui.locale.sentence import listed, paragraph
from ui.state.address import keep, start
from ui.state.ask import ask
from ui.state.ask_in_slices import ask_in_slices
from ui.state.properties import ORDER
from ui.state.session import ChosenDigit
from ui.style.colours import DARK, LIGHT
from ui.style.csv_table import csv_text, nine

SHOWN = (0.0, 0.1, 0.2, 0.3, 0.5, 0.8)
"""Shares of the ink that are erased in the pictures."""
MANY = 20
"""Test digits that the methods are compared on; as many of each."""
COLOURS = dict(zip(AttributionMethod, ((0, 0), (5, 5), (6, 6), (3, 3)), strict=True))
"""Of each method's line: its place among the colours for a light and for a dark page."""
PLAIN_COLOURS = dict(zip(PlainOrder, (7, 1, 4), strict=True))
GREY = ("#6b7280", "#9aa3b2")
PLAIN_NAMES = {
    PlainOrder.DARKNESS: to_say("darkness"),
    PlainOrder.MIDDLE: to_say("middle outwards"),
    PlainOrder.LEFT: to_say("left to right"),
}
RANDOM = to_say("random order")


Areas = tuple[np.ndarray, np.ndarray]
"""Of one digit under deletion and insertion: every method, the plain orders, the mean of random."""


@dataclass(frozen=True, eq=False)
class Tested:
    """One digit's erasing: the rows of `curves` are the methods, the plain orders, then chance."""

    methods: tuple[AttributionMethod, ...]
    orders: np.ndarray
    curves: Erasing

    @property
    def names(self) -> list[str]:
        """Of the orders that are not random, as everywhere on the page."""
        return order_names(self.methods)


def order_names(methods: Sequence[AttributionMethod]) -> list[str]:
    """The methods and the orders that know nothing of the network."""
    return [*map(method_name, methods), *plain_names()]


def plain_names() -> list[str]:
    """What the orders that know nothing of the network are called, but for the random ones."""
    return [say(PLAIN_NAMES[each]) for each in PlainOrder]


def methods_for(config: NetworkConfig) -> tuple[AttributionMethod, ...]:
    """The methods that a network of this kind can be explained by."""
    without = usual_layer(config) is None
    return tuple(
        each for each in AttributionMethod if not (without and each is AttributionMethod.GRAD_CAM)
    )


def tested(network: Network, digit: np.ndarray, label: int) -> Tested | None:
    """Explain by every method and erase in each order; None and a sentence when that fails."""
    if not digit.any():
        st.info(say("There is no ink in this picture, so there is nothing to erase."))
        return None
    methods = methods_for(network.config)
    orders = []
    for method in methods:
        heat = heat_maps(network, digit, method, Settings())
        if heat is None:
            return None
        orders.append(importance_order(heat.maps[:, :, label], digit))
    orders += other_orders(digit)
    stack = np.stack(orders)
    found = ask(
        erase,
        network,
        digit,
        label,
        stack,
        for_everybody=True,
        spinner=say("Erasing the digit step by step …"),
    )
    return None if found is None else Tested(methods, stack, found)


@st.fragment
def deletion(network: Network, inside: ForwardPass, digit: ChosenDigit) -> None:
    """Show how the probability falls while the digit is erased, by every method and by chance."""
    label = int(inside.probabilities.argmax())
    found = tested(network, digit.pixels, label)
    if found is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        curves(
            _lines(found, found.curves.deletion),
            key="trust_deletion",
            y_format="percent",
            title=say("Deletion: the important pixels go first"),
            y_range=(0, 1),
            x_label=say("share of the ink pixels erased"),
            y_label=say("probability of {digit}", digit=label),
        )
    with right:
        curves(
            _lines(found, found.curves.insertion),
            key="trust_insertion",
            y_format="percent",
            title=say("Insertion: the important pixels come first"),
            y_range=(0, 1),
            x_label=say("share of the ink pixels put back"),
            y_label=say("probability of {digit}", digit=label),
        )
    st.html(_table(found))
    st.markdown(
        say(
            "The **area** under a curve is its mean height, 0 to 1. {count} random orders "
            "(grey; thin lines: the lowest and the highest) show what chance can do. "
            "Darkness, the middle outwards and left to right (dashed) know nothing of the "
            "network either: what does not beat them has not shown that it knows more. "
            "This is one digit: a method can be lucky with one and not with the next.",
            count=ORDERS,
        )
    )
    with st.container(horizontal=True):
        curves_file, areas_file = partial(curves_csv, found), partial(areas_csv, found)
        save_files(
            [
                SavedFile(say("Curves (CSV)"), "deletion_insertion.csv", curves_file, "trust_csv"),
                SavedFile(say("Areas (CSV)"), "areas.csv", areas_file, "trust_areas"),
            ],
            key="trust_save",
        )
    _pictures(found, digit.pixels)


def _lines(found: Tested, values: np.ndarray) -> list[Line]:
    x, count = found.curves.shares, len(found.names)
    chance = values[count:]
    lines = [
        Line(say(RANDOM), x, chance.min(axis=0), GREY, faint=True),
        Line(say(RANDOM), x, chance.max(axis=0), GREY, faint=True),
        Line(say(RANDOM), x, chance.mean(axis=0), GREY, dashed=True),
    ]
    for method, row in zip(found.methods, values, strict=False):
        light, dark = COLOURS[method]
        lines.append(Line(method_name(method), x, row, (LIGHT.digits[light], DARK.digits[dark])))
    for plain, row in zip(PlainOrder, values[len(found.methods) :], strict=False):
        place = PLAIN_COLOURS[plain]
        colours = LIGHT.digits[place], DARK.digits[place]
        lines.append(Line(say(PLAIN_NAMES[plain]), x, row, colours, dashed=True))
    return lines


def _table(found: Tested) -> str:
    count, explained = len(found.names), len(found.methods)
    gone, back = found.curves.deletion_areas, found.curves.insertion_areas
    rows = ""
    for place, name in enumerate(found.names):
        beaten = int((gone[place] < gone[count:]).sum()), int((back[place] > back[count:]).sum())
        best = gone[place] == gone[:count].min(), back[place] == back[:count].max()
        marks = ["best" if each else "" for each in best]
        shown = name if place < explained else f"<i>{name}</i>"
        rows += (
            f"<tr><td>{shown}</td><td class='{marks[0]}'>{_area(gone[place])}</td>"
            f"<td>{_of(beaten[0], ORDERS)}</td>"
            f"<td class='{marks[1]}'>{_area(back[place])}</td>"
            f"<td>{_of(beaten[1], ORDERS)}</td></tr>"
        )
    means = "".join(f"<td>{_mean(areas[count:])}</td><td></td>" for areas in (gone, back))
    deletion, insertion = _heads()
    beats = f"<th>{say('beats random')}</th>"
    return (
        f"<div class='ds-trust'><table><thead><tr><th>{say('Order of erasing')}</th>"
        f"{deletion}{beats}{insertion}{beats}</tr></thead>"
        f"<tbody>{rows}<tr><td>{say(RANDOM)}</td>{means}</tr></tbody></table></div>"
    )


def _heads() -> tuple[str, str]:
    """Above the areas under deletion and under insertion."""
    return (
        f"<th>{say('Deletion area<br>(smaller is truer)')}</th>",
        f"<th>{say('Insertion area<br>(larger is truer)')}</th>",
    )


def _area(area: float) -> str:
    return number_text(area, ".3f")


def _mean(areas: np.ndarray) -> str:
    return say(
        "{mean:.3f} ({low:.3f} to {high:.3f})",
        mean=areas.mean(),
        low=areas.min(),
        high=areas.max(),
    )


def _of(part: int, whole: int) -> str:
    return say("{part:,} of {whole:,}", part=part, whole=whole)


def _pictures(found: Tested, digit: np.ndarray) -> None:
    """Show what is left of the digit on the way, in the order of one method."""
    names = [*map(str, (*found.methods, *PlainOrder)), RANDOM]
    chosen = st.segmented_control(
        say("What is left, erased in the order of …"),
        names,
        format_func=say,
        default=start(ORDER, names, names[0]),
        required=True,
        wrap=True,
        key="trust_pictures",
        persist_state="session",
    )
    place = names.index(str(chosen)) if chosen in names else 0
    keep({ORDER: names[place] if place else None})
    shares = found.curves.shares
    steps = list(dict.fromkeys(int(np.abs(shares - share).argmin()) for share in SHOWN))
    order, probabilities = found.orders[place], found.curves.deletion[place]
    pictures = [erased(digit, order, round(shares[step] * len(order))) for step in steps]
    map_grid(
        np.stack(pictures, axis=2),
        key="trust_left",
        scale=1.0,
        size=112,
        bar=False,
        labels=[
            say(
                "{share:.0%} gone: {probability:.1%}",
                share=shares[step],
                probability=probabilities[step],
            )
            for step in steps
        ],
        marked_empty=False,
    )
    save_menu(np.stack(pictures, axis=2), name="what_is_left", key="trust_save_left", scale=1.0)


def curves_csv(found: Tested) -> str:
    """Return "test,order,share,probability", one line a point."""
    both = ("deletion", found.curves.deletion), ("insertion", found.curves.insertion)
    return csv_text(
        ("test", "order", "share", "probability"),
        (
            (test, name, f"{share:.6g}", nine(value))
            for test, values in both
            for name, row in zip(_orders(found), values, strict=True)
            for share, value in zip(found.curves.shares, row, strict=True)
        ),
    )


def _orders(found: Tested) -> list[str]:
    """The names of the orders: the methods, then the random ones."""
    names = [*map(str, (*found.methods, *PlainOrder))]
    return names + [f"random {seed}" for seed in range(1, len(found.orders) - len(names) + 1)]


def areas_csv(found: Tested) -> str:
    """Return "order,deletion_area,insertion_area", one line an order."""
    deletion, insertion = found.curves.deletion_areas, found.curves.insertion_areas
    return csv_text(
        ("order", "deletion_area", "insertion_area"),
        (
            (name, f"{gone:.6g}", f"{back:.6g}")
            for name, gone, back in zip(_orders(found), deletion, insertion, strict=True)
        ),
    )


def over_many(network: Network) -> None:
    """Offer the same comparison on many test digits, one slice of work a digit."""
    methods = methods_for(network.config)
    chosen = range(0, mnist.TEST, mnist.TEST // MANY)[:MANY]

    def of_digit(place: int, _: Sequence[Areas]) -> partial[Areas]:
        digit = mnist.Selection(part="test", start=place, stop=place + 1)
        return partial(areas, network, digit, methods)

    ask_in_slices(
        ("areas", network.fingerprint),
        lambda: [partial(of_digit, place) for place in chosen],
        partial(_mean_table, methods),
        key="trust_many",
        label=say("Testing {count} digits", count=MANY),
        start=say("Compare the methods on {count} test digits", count=MANY),
    )


def _mean_table(methods: tuple[AttributionMethod, ...], results: Sequence[Areas], _: bool) -> None:
    """Show the mean areas over the digits that are done."""
    gone, back = (np.array([result[test] for result in results]) for test in (0, 1))
    rows = "".join(
        f"<tr><td>{name}</td><td>{_area(gone[:, i].mean())}</td>"
        f"<td>{_area(back[:, i].mean())}</td>"
        f"<td>{_better(gone, back, i) if i < len(methods) else ''}</td></tr>"
        for i, name in enumerate([*order_names(methods), say(RANDOM)])
    )
    deletion, insertion = _heads()
    mean = say_many("Mean of {count} digit", "Mean of {count} digits", len(results))
    st.html(
        f"<div class='ds-trust'><table><thead><tr><th>{mean}</th>{deletion}{insertion}"
        f"<th>{say('beats random<br>in both')}</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
    st.markdown("  \n".join(conclusions(methods, gone.mean(axis=0), back.mean(axis=0))))
    names = [*map(str, (*methods, *PlainOrder)), "random mean"]
    csv = partial(_areas_of_many, names, results)
    save_files(
        [SavedFile(say("Areas (CSV)"), "areas_many.csv", csv, "trust_many_csv")],
        key="trust_many_save",
    )


def _areas_of_many(names: Sequence[str], results: Sequence[Areas]) -> str:
    return csv_text(
        ("digit", "order", "deletion_area", "insertion_area"),
        (
            (place, name, f"{one:.6g}", f"{two:.6g}")
            for place, result in enumerate(results)
            for name, one, two in zip(names, *result, strict=True)
        ),
    )


def _better(gone: np.ndarray, back: np.ndarray, place: int) -> str:
    """For how many digits a method is better than the mean of random orders in both tests."""
    both = (gone[:, place] < gone[:, -1]) & (back[:, place] > back[:, -1])
    return _of(int(both.sum()), len(both))


def conclusions(
    methods: Sequence[AttributionMethod], gone: np.ndarray, back: np.ndarray
) -> list[str]:
    """What the mean areas tell of the methods, a sentence for each test.

    Args:
        methods: in their order.
        gone: under deletion: the methods, the plain orders, random order.
        back: under insertion.
    """
    return [
        _conclusion(say("Deletion"), methods, -gone, abs(gone)),
        _conclusion(say("Insertion"), methods, back, back),
    ]


def _conclusion(
    test: str, methods: Sequence[AttributionMethod], goodness: np.ndarray, areas: np.ndarray
) -> str:
    count = len(methods)
    plain = [*plain_names(), say(RANDOM)]
    rival = int(goodness[count:].argmax())
    better = [
        method_name(each)
        for each, one in zip(methods, goodness, strict=False)
        if one > goodness[count + rival]
    ]
    worse = [name for name in map(method_name, methods) if name not in better]
    sentences = [
        say(
            "**{test}.** Of the orders that know nothing of the network, {order} is best "
            "({area:.2f}).",
            test=test,
            order=plain[rival],
            area=areas[count + rival],
        )
    ]
    if not better:
        sentences.append(
            say(
                "No method beats it: here this test cannot tell an explanation "
                "from a look at the picture."
            )
        )
    elif not worse:
        sentences.append(say("Every method beats it."))
    else:
        sentences.append(say("Better: {methods}.", methods=listed(better)))
        sentences.append(say("No better: {methods}.", methods=listed(worse)))
    return paragraph(*sentences)

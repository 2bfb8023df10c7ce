"""What does it give away? The page's own parts."""

import math
from collections.abc import Callable, Sequence

import streamlit as st

from model.experiments import Inputs, Part
from model.experiments.bands import Band, band, chosen, numbers
from model.experiments.leak import (
    ALARMS,
    COUNTS,
    EXPERIMENT,
    NOISES,
    SHADOWED,
    LeakSettings,
)
from model.experiments.privacy.attack import chance_limit
from ui.experiment.charts import COLOURS, Series, band_chart, new_figure, show_figure
from ui.experiment.controls import seeds_control, view_control
from ui.experiment.frame import ExperimentPage, Result
from ui.experiment.guess import share_slider
from ui.experiment.leak_own import own_digit
from ui.locale import number_text, say, to_say
from ui.locale.sentence import listed, paragraph

ATTACKS = {
    "loss": to_say("how sure the network is"),
    "lira": to_say("compared with 16 shadow networks"),
}
"""Each attack and the name of its line."""
ARM_WORDS = {
    "plain": to_say("no remedy"),
    "wrong": to_say("20% wrong labels"),
    "dropout": to_say("dropout"),
    "shifted": to_say("shifted digits"),
    "stopped": to_say("early stopping"),
    **{f"noise{noise:g}": to_say("noise {strength:g}") for noise in NOISES},
}
STRENGTHS = {f"noise{noise:g}": noise for noise in NOISES}
"""Of the noise, by arm."""
COIN = 0.5
"""What a coin reaches."""


def _controls() -> tuple[LeakSettings, Inputs]:
    return LeakSettings(seeds=seeds_control()), Inputs()


def _result(settings: LeakSettings, result: Result) -> None:
    views: dict[str, Callable[[Result], None]] = {
        to_say("Who is found out"): _areas,
        to_say("False alarms"): _curves,
        to_say("What helps"): _remedies,
        to_say("The price"): _price,
    }
    views[view_control(say("Show"), list(views), "leak_view")](result)


def _areas(result: Result) -> None:
    lines = [
        Series(say(words), _by_count(result.parts, attack), dashed=attack == "lira")
        for attack, words in ATTACKS.items()
    ]
    band_chart(
        [*lines, Series(say("a coin"), {count: [COIN] for count in COUNTS}, dashed=True)],
        key="leak_areas",
        x=say("training digits"),
        y=say("pairs told apart"),
        log_x=True,
        guess=result.guess,
        guess_words=say("your guess for 100 digits"),
    )
    st.markdown(conclusion(result.parts))


def _by_count(parts: Sequence[Part], attack: str) -> dict[float, list[float]]:
    found = {
        float(count): numbers(chosen(parts, attack=attack, arm="plain", count=count), "auc")
        for count in COUNTS
    }
    return {count: values for count, values in found.items() if values}


def _curves(result: Result) -> None:
    attack = _attack(result.parts)
    lines = [
        Series(say("{count:,} training digits", count=count), _curve(result.parts, attack, count))
        for count in COUNTS
    ]
    coin = Series(say("a coin"), {100 * share: [share] for share in ALARMS}, dashed=True)
    band_chart(
        [*lines, coin],
        key="leak_curves",
        x=say("strangers taken for members, in percent (false alarms)"),
        y=say("members found"),
        log_x=True,
        log_y=True,
    )
    st.markdown(alarm_words(result.parts, attack))


def _curve(parts: Sequence[Part], attack: str, count: int) -> dict[float, list[float]]:
    rows = chosen(parts, attack=attack, arm="plain", count=count)
    curve = {100 * share: numbers(rows, f"found_{share:g}") for share in ALARMS}
    # Nothing found has no place on an axis whose steps are factors.
    return {x: values for x, values in curve.items() if values and min(values) > 0}


def _attack(parts: Sequence[Part]) -> str:
    """The attack that is shown where there is room for one."""
    options = [attack for attack in ATTACKS if chosen(parts, attack=attack)] or ["loss"]
    found: str = st.segmented_control(
        say("The attacker looks at"),
        options,
        default=options[-1],
        required=True,
        format_func=lambda attack: say(ATTACKS[attack]),
        key="leak_attack",
    )
    return found


def _remedies(result: Result) -> None:
    count = st.segmented_control(
        say("Training digits"),
        COUNTS,
        default=500,
        required=True,
        format_func=number_text,
        key="leak_count",
    )
    figure = new_figure(x=say("pairs told apart"), y="")
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(type="category", autorange="reversed", title=None)
    for attack, colour in zip(ATTACKS, COLOURS, strict=False):
        bands = _arms(result.parts, attack, count)
        figure.add_scatter(
            x=[each.mean for each in bands.values()],
            y=[arm_words(arm) for arm in bands],
            name=say(ATTACKS[attack]),
            mode="markers",
            marker={"size": 10, "color": colour},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [each.high - each.mean for each in bands.values()],
                "arrayminus": [each.mean - each.low for each in bands.values()],
            },
            customdata=[[each.low, each.high, each.count] for each in bands.values()],
            hovertemplate=say(
                "%{y}: %{x:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%}, "
                "%{customdata[2]} seeds)"
            )
            + "<extra></extra>",
        )
    limit = chance_limit(min(count, 500))
    figure.add_vrect(COIN - limit, COIN + limit, fillcolor="#7f7f7f", opacity=0.2, line_width=0)
    show_figure(figure, "leak_remedies")
    st.caption(say("Grey: where a coin lands 19 times of 20."))
    st.markdown(remedy_words(result.parts, count))


def arm_words(arm: str) -> str:
    """What was done against the attack."""
    strength = STRENGTHS.get(arm)
    return say(ARM_WORDS[arm]) if strength is None else say(ARM_WORDS[arm], strength=strength)


def _arms(parts: Sequence[Part], attack: str, count: int) -> dict[str, Band]:
    found = {
        arm: numbers(chosen(parts, attack=attack, arm=arm, count=count), "auc") for arm in ARM_WORDS
    }
    return {arm: band(values) for arm, values in found.items() if values}


def _price(result: Result) -> None:
    lines = []
    for count in COUNTS:
        points: dict[float, list[float]] = {}
        for noise in NOISES:
            rows = chosen(result.parts, attack="loss", arm=f"noise{noise:g}", count=count)
            promises = numbers(rows, "epsilon")
            if promises:
                points[promises[0]] = numbers(rows, "accuracy")
        lines.append(Series(say("{count:,} training digits", count=count), points))
    band_chart(
        lines,
        key="leak_price",
        x=say("what is promised: ε (smaller is safer)"),
        y=say("read rightly, of 500 unseen digits"),
        log_x=True,
    )
    st.markdown(price_words(result.parts))


def told(parts: Sequence[Part], attack: str, arm: str, count: int) -> tuple[Band, bool] | None:
    """How many pairs an attack tells apart, and whether that is no better than a coin.

    By chance alone the share lies within `chance_limit` of one half 19 times of 20: a mean within
    is called chance, and so is a band that reaches down to one half.
    """
    rows = chosen(parts, attack=attack, arm=arm, count=count)
    areas = numbers(rows, "auc")
    if not areas:
        return None
    found = band(areas)
    limit = chance_limit(int(numbers(rows, "asked")[0]))
    return found, found.mean <= COIN + limit or found.low <= COIN


def conclusion(parts: Sequence[Part]) -> str:
    """What the figures tell of the plain networks."""
    sentences = []
    for count in COUNTS:
        found = told(parts, "loss", "plain", count)
        if found is None:
            continue
        better = told(parts, "lira", "plain", count)
        sentences.append(_conclusion(count, found, better))
    return paragraph(*sentences)


def _conclusion(count: int, found: tuple[Band, bool], better: tuple[Band, bool] | None) -> str:
    """How an attack went with so many training digits, and a better one where there is one."""
    area, chance = found
    if better is None:
        figures = {"count": count, "share": area.mean}
        if chance:
            return say(
                "With {count:,} training digits, {share:.0%} of the pairs are told apart: no "
                "better than a coin.",
                **figures,
            )
        return say(
            "With {count:,} training digits, {share:.0%} of the pairs are told apart.", **figures
        )
    figures = {"count": count, "share": area.mean, "better": better[0].mean}
    if chance and better[1]:
        return say(
            "With {count:,} training digits, {share:.0%} of the pairs are told apart, "
            "{better:.0%} by an attacker with shadow networks: no better than a coin.",
            **figures,
        )
    return say(
        "With {count:,} training digits, {share:.0%} of the pairs are told apart, {better:.0%} "
        "by an attacker with shadow networks.",
        **figures,
    )


def alarm_words(parts: Sequence[Part], attack: str) -> str:
    """How many members are found where one stranger in a hundred is taken for one."""
    figures = []
    for count in COUNTS:
        shares = numbers(chosen(parts, attack=attack, arm="plain", count=count), "found_0.01")
        if shares:
            figures.append(
                say(
                    "{share:.1%} with {count:,} training digits",
                    share=band(shares).mean,
                    count=count,
                )
            )
    if not figures:
        return ""
    return say(
        "With one false alarm in a hundred strangers, the attacker finds {figures}; a coin finds "
        "1%.",
        figures=listed(figures),
    )


REMEDY_WORDS = {
    "loss": {
        "chance": to_say("The attack is no better than a coin with {remedies}."),
        "weaker": to_say("The attack is weaker with {remedies}."),
        "stronger": to_say("The attack is stronger with {remedies}."),
    },
    "lira": {
        "chance": to_say("The stronger attack is no better than a coin with {remedies}."),
        "weaker": to_say("The stronger attack is weaker with {remedies}."),
        "stronger": to_say("The stronger attack is even stronger with {remedies}."),
    },
}
"""What remedies do to each attack."""


def remedy_words(parts: Sequence[Part], count: int) -> str:
    """Which arms bring the attack down to chance, and which make it stronger."""
    attack = "lira" if chosen(parts, attack="lira", count=count) else "loss"
    plain = told(parts, attack, "plain", count)
    if plain is None:
        return ""
    if plain[1]:
        return say("Here the attacker is no better than a coin to begin with.")
    groups: dict[str, list[str]] = {"chance": [], "weaker": [], "stronger": []}
    for arm in SHADOWED[1:] if attack == "lira" else list(ARM_WORDS)[1:]:
        found = told(parts, attack, arm, count)
        if found is None:
            continue
        area, chance = found
        if chance:
            groups["chance"].append(arm_words(arm))
        elif area.high < plain[0].low:
            groups["weaker"].append(arm_words(arm))
        elif area.low > plain[0].high:
            groups["stronger"].append(arm_words(arm))
    said = [
        say(REMEDY_WORDS[attack][group], remedies=listed(arms))
        for group, arms in groups.items()
        if arms
    ]
    if not said:
        return say("None of these changes the attack by more than chance may do.")
    return paragraph(*said)


def price_words(parts: Sequence[Part]) -> str:
    """What the noise costs with the most training digits."""
    count = COUNTS[-1]
    plain = numbers(chosen(parts, attack="loss", arm="plain", count=count), "accuracy")
    rows = chosen(parts, attack="loss", arm="noise1", count=count)
    noisy, promises = numbers(rows, "accuracy"), numbers(rows, "epsilon")
    if not (plain and noisy and promises):
        return ""
    return say(
        "With {count:,} digits and noise 1, ε is {epsilon:.1f}: nothing that a "
        "network does becomes more than {factor} times as likely because of one "
        "digit, but for one chance in 100,000. {noisy:.0%} are read rightly; without "
        "noise {plain:.0%}.",
        count=count,
        epsilon=promises[0],
        factor=factor_words(promises[0]),
        noisy=band(noisy).mean,
        plain=band(plain).mean,
    )


def factor_words(epsilon: float) -> str:
    """How many times as likely, by ε, in two figures."""
    return f"{math.exp(epsilon):.2g}" if epsilon < 10 else say("many thousand")


PAGE = ExperimentPage(
    EXPERIMENT,
    to_say("What does it give away?"),
    share_slider(
        to_say(
            "Of two digits, one was among the 100 training digits of a network, the other "
            "was not. The attacker sees only how sure the network is of each. How often "
            "can he tell which is which?",
        ),
        0.5,
    ),
    _controls,
    _result,
    to_say(
        "Carlini et al. 2022, “Membership inference attacks from first principles”, show "
        "why the few who are found with hardly a false alarm count more than the average, "
        "and find there ten times as many as attacks before. Their networks are large and "
        "have learned colour photos by heart; ours are small, and digits are alike.",
    ),
    to_say(
        "It does not show what a stronger attacker finds: sixteen shadow networks are few. "
        "And the networks here are plain dense ones with 64 units, not the network on the "
        "other pages.",
    ),
    own_digit,
)

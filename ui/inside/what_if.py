"""What if, on screen: a picked filter is off, a picked pixel is flipped, and the answer moves."""

from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st

from model.data.mnist import unseen
from model.interpretability.ablation import (
    Ablation,
    TestEffect,
    Trial,
    changed_digits,
    changed_network,
    for_unseen,
)
from model.network import LayerKind, Network
from model.network.activations import ForwardPass, forward_pass
from ui.components.maps import big_map, map_grid
from ui.frame.tabs import said_tabs
from ui.inside.layer_choice import layer_control
from ui.locale import number_text, say, say_many, to_say
from ui.state.address import arrival, go_to, keep, kept, newly, place, sorry
from ui.state.ask import ask
from ui.state.links import copy_link
from ui.state.picks import news
from ui.state.properties import CHANGE, FLIP, OFF
from ui.state.session import View, of_page
from ui.style.words import all_of

TABS = (to_say("Switch a filter off"), to_say("Flip a pixel"))
EXAMPLES = 12
"""Digits that are shown because their answer changed."""


@dataclass
class Changes:
    """What one person has changed on this page."""

    kept: list[Ablation] = field(default_factory=lambda: [Ablation()])  # each with those before it
    trial: Trial = field(default_factory=Trial)  # what is picked and not kept yet
    trials: int = 0  # grows when the picks are to be forgotten
    told: Ablation = field(default_factory=Ablation)  # what this page has told the address last


def what_if(network: Network, inside: ForwardPass) -> None:
    """Let filters be switched off and pixels be flipped, and show what it does.

    What is picked counts at once; the button keeps it, so that another can be picked on top. The
    URL tells all that is changed; what a link asks for counts as kept.

    Args:
        network: as it was learned.
        inside: the digit's way through it, before any change.
    """
    asked = Ablation(kept(OFF), kept(FLIP))
    by_link = newly(*CHANGE)
    if by_link and asked.within(network.config) != asked:
        sorry(*CHANGE)
    if by_link or asked != of_page(Changes).told:  # the stage has switches, too
        _keep(asked.within(network.config))
    _changes(network, inside)


@st.fragment
def _changes(network: Network, inside: ForwardPass) -> None:
    mine = of_page(Changes)
    before = mine.kept[-1].within(network.config)
    now = mine.trial.on(before).within(network.config)
    keep({OFF: now.filters, FLIP: now.pixels})
    mine.told = now
    picking, effect = st.columns([3, 2], gap="large")
    with picking:
        filters, pixels = said_tabs(TABS, "what_if_tabs")
    with pixels:
        _pick_pixel(inside, now)
    with filters:
        _pick_filter(network, inside, now)
    with effect:
        _say(now)
        _buttons(now, before)
        after = _after(network, inside, now)
        if after is not None:
            _answers(inside.probabilities, after.probabilities)
    _unseen_digits(network, now)


def _key(name: str) -> str:
    """Of a component whose pick can be forgotten: it is then another one."""
    return f"what_if_{name}_{arrival()}_{of_page(Changes).trials}"


def _pick_pixel(inside: ForwardPass, now: Ablation) -> None:
    key = _key("pixels")
    digit = changed_digits(inside.digit, now)
    picked = news(
        key, big_map(digit, key=key, scale=1.0, values=False, size=380, label=say("picture"))
    )
    st.caption(say("The picked pixel turns from x to 1 − x: paper becomes ink, ink becomes paper."))
    if picked is not None:
        of_page(Changes).trial = replace(of_page(Changes).trial, pixel=(picked.row, picked.column))
        st.rerun()


def _pick_filter(network: Network, inside: ForwardPass, now: Ablation) -> None:
    outputs = {o.layer.name: o for o in inside.layers if o.layer.kind is LayerKind.CONVOLUTION}
    if not outputs:
        st.info(say("This network has no convolution layer, so it has no filters."))
        return
    view = place(network.config)
    layer = layer_control(list(outputs), view.layer, "what_if_layer", "collapsed")
    if layer != view.layer:
        go_to(View(layer, epoch=view.epoch))
    maps = outputs[layer].after.copy()
    off = [number for name, number in now.filters if name == layer]
    maps[:, :, off] = 0
    key = _key(f"filters_{layer}")
    picked = news(
        key,
        map_grid(
            maps,
            key=key,
            size=56,
            labels=[
                say("{number} off", number=i) if i in off else str(i) for i in range(maps.shape[2])
            ],
        ),
    )
    st.caption(
        say(
            "The maps of this digit. Off means: the filter's map is zero everywhere after "
            "ReLU. Its weights and its bias are set to 0, all others stay as they were "
            "learned.",
        )
    )
    if picked is not None:
        of_page(Changes).trial = replace(of_page(Changes).trial, filter=(layer, picked.channel))
        go_to(View(layer, picked.channel, epoch=view.epoch))
        st.rerun()


def _say(now: Ablation) -> None:
    """Say in a sentence what is different."""
    off: dict[str, list[str]] = {}
    for layer, number in now.filters:
        off.setdefault(layer, []).append(str(number))
    parts = [
        say_many(
            "filter {numbers} of {layer} is off",
            "filters {numbers} of {layer} are off",
            len(numbers),
            numbers=all_of(numbers),
            layer=layer,
        )
        for layer, numbers in off.items()
    ]
    if len(now.pixels) == 1:
        row, column = now.pixels[0]
        parts.append(
            say("the pixel in row {row}, column {column} is flipped", row=row, column=column)
        )
    elif now.pixels:
        parts.append(say("{count} pixels are flipped", count=len(now.pixels)))
    if not parts:
        st.markdown(say("**Nothing is changed.** Pick a filter or a pixel."))
        return
    st.markdown(say("**What if** {changes}?", changes=all_of(parts)))


def _buttons(now: Ablation, kept: Ablation) -> None:
    trying = now != kept
    with st.container(horizontal=True):
        st.button(
            say("Keep"),
            disabled=not trying,
            on_click=_keep,
            args=(now,),
            key="what_if_keep",
            help=say("Keep this, to pick another filter or pixel on top."),
        )
        nothing = not trying and len(of_page(Changes).kept) == 1
        st.button(say("Undo"), disabled=nothing, on_click=_undo, args=(trying,), key="what_if_undo")
        st.button(
            say("Reset"), disabled=not now, on_click=_keep, args=(Ablation(),), key="what_if_reset"
        )
        copy_link()


def _keep(change: Ablation) -> None:
    of_page(Changes).kept.append(change)
    _forget_picks()


def _undo(trying: bool) -> None:
    if not trying:
        of_page(Changes).kept.pop()
    _forget_picks()


def _forget_picks() -> None:
    mine = of_page(Changes)
    mine.trial = Trial()
    mine.trials += 1


def _after(network: Network, inside: ForwardPass, now: Ablation) -> ForwardPass | None:
    """The digit's way through the changed network; a sentence and None when the engine fails."""
    if not now:
        return inside
    return ask(forward_pass, changed_network(network, now), changed_digits(inside.digit, now))


def _answers(before: np.ndarray, after: np.ndarray) -> None:
    """Ten probabilities before and after, and whether the answer is another."""
    first, then = int(before.argmax()), int(after.argmax())
    if first == then:
        words = say(
            "The answer stays **{digit}**: {before:.1%} before, {after:.1%} now.",
            digit=then,
            before=before[first],
            after=after[then],
        )
    else:
        words = say(
            "The answer changes from **{first}** ({before:.1%}) to **{then}** ({after:.1%}).",
            first=first,
            before=before[first],
            then=then,
            after=after[then],
        )
    st.markdown(words)
    rows = "".join(
        f"<tr class='{'first' if digit == then else ''}'><td>{digit}</td>"
        f"<td class='bar'><i class='before' style='width: {b:.2%}'></i>"
        f"<i class='after' style='width: {a:.2%}'></i></td><td>{number_text(b, '.1%')}</td>"
        f"<td>{number_text(a, '.1%')}</td></tr>"
        for digit, (b, a) in enumerate(zip(before.tolist(), after.tolist(), strict=True))
    )
    head = f"<tr><th>{say('digit')}</th><td></td><th>{say('before')}</th><th>{say('now')}</th></tr>"
    name = say("Probabilities")
    st.html(f"<table class='ds-effect' aria-label='{name}'>{head}{rows}</table>")


def _unseen_digits(network: Network, now: Ablation) -> None:
    """What the change does to digits that the network has never seen."""
    st.header(say("On 1,000 unseen digits"), anchor=False)
    wanted = st.toggle(
        say("Read them before and after the change"),
        key="what_if_unseen",
        persist_state="session",
        help=say("500 validation and 500 test digits. A flipped pixel is flipped in all of them."),
    )
    if not wanted:
        return
    effect = ask(
        for_unseen, network, now, for_everybody=True, spinner=say("Reading 1,000 digits twice …")
    )
    if effect is None:
        return
    _per_digit(effect)
    _examples(effect)


def _per_digit(effect: TestEffect) -> None:
    counts = effect.counts.tolist()
    before, after = effect.right(effect.before).tolist(), effect.right(effect.after).tolist()
    rows = "".join(
        f"<tr><td>{digit}</td><td class='bar'>"
        f"<i class='before' style='width: {b / n:.1%}'></i>"
        f"<i class='after' style='width: {a / n:.1%}'></i></td>"
        f"<td>{b}</td><td>{a}</td><td>{_signed(a - b)}</td></tr>"
        for digit, (n, b, a) in enumerate(zip(counts, before, after, strict=True))
    )
    total = (
        f"<tr class='sum'><td>{say('all')}</td><td></td><td>{sum(before)}</td><td>{sum(after)}</td>"
        f"<td>{_signed(sum(after) - sum(before))}</td></tr>"
    )
    head = (
        f"<tr><th>{say('digit')}</th><td></td><th>{say('right before')}</th>"
        f"<th>{say('right now')}</th><th>{say('change')}</th></tr>"
    )
    name = say("Right answers of each digit")
    st.html(f"<table class='ds-effect' aria-label='{name}'>{head}{rows}{total}</table>")
    st.caption(say("Of {count} digits of each kind.", count=counts[0]))


def _signed(number: int) -> str:
    return "0" if number == 0 else f"{number:+d}".replace("-", "−")


def _examples(effect: TestEffect) -> None:
    """Some of the digits that are answered differently."""
    changed = effect.changed
    if not changed.size:
        st.markdown(say("No answer changes."))
        return
    shown = changed[:EXAMPLES]
    st.markdown(
        say(
            "**{count} answers change**; the first {shown} of them. "
            "Below each: the answer before and now.",
            count=len(changed),
            shown=EXAMPLES,
        )
        if len(changed) > EXAMPLES
        else say_many(
            "**{count} answer changes**. Below each: the answer before and now.",
            "**{count} answers change**. Below each: the answer before and now.",
            len(changed),
        )
    )
    pictures = unseen().take(shown).inputs().transpose(1, 2, 0)
    labels = [f"{effect.before[place]} → {effect.after[place]}" for place in shown]
    map_grid(pictures, key="what_if_examples", scale=1.0, size=56, labels=labels, noun="digit")

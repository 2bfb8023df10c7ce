"""What a network is learning at this moment: its first filters, ten digits, its layers' sizes."""

import math
from base64 import b64encode
from functools import lru_cache
from html import escape

import numpy as np
import streamlit as st

from model.interpretability.kernels import kernels
from model.network import Network
from model.runs import Run, RunState
from model.training.probe import Probe, probe_digits
from ui.components.maps import map_grid
from ui.locale import say
from ui.state.ask import ready
from ui.state.my_runs import watch
from ui.style.mosaic import mosaic_png
from ui.style.theme import is_dark


def settled(run: Run) -> bool:
    """Whether what is shown is the run as it is now, so that nothing need be drawn again."""
    network = run.network_now()
    return network is None or not ready() or watch(run).knows(network)


def learning_view(run: Run, state: RunState) -> Probe | None:
    """Show the first layer's filters, ten test digits and the layers' sizes as they change.

    Returns:
        The answer that is shown; None where there is none yet.
    """
    network = run.network_now()
    probe = watch(run).look(network) if network is not None else None
    filters, answers = st.columns(2, gap="large")
    with filters:
        _first_filters(probe.network if probe is not None else network)
    with answers:
        _ten_digits(probe)
    _sizes(state)
    return probe


def _first_filters(network: Network | None) -> None:
    found = kernels(network) if network is not None else ()
    st.markdown(
        say("**The first layer's filters**"),
        help=say(
            "Chance at the beginning; edges and strokes when the network has learned. "
            "Orange weights add, blue ones subtract, those like the paper ignore.",
        ),
    )
    if found:
        map_grid(found[0].kernels[:, :, 0, :], key="live_kernels", size=36, noun="filter")
    elif network is not None:
        st.caption(say("This network has no convolution layer, so it has no filters."))
    else:
        st.caption(say("They appear with the first batch."))


def _ten_digits(probe: Probe | None) -> None:
    st.markdown(
        say("**Ten test digits**"),
        help=say(
            "Below each digit stands what the network takes it for, with its probability. "
            "A dashed frame marks a wrong answer. The network never trains on these.",
        ),
    )
    if probe is None:
        st.caption(say("They are read once a second, as soon as the engine is ready."))
        return
    cards = "".join(_card(truth, row) for truth, row in enumerate(np.asarray(probe.probabilities)))
    rightly = int((probe.probabilities.argmax(axis=1) == np.arange(10)).sum())
    label = escape(say("Ten digits"))
    st.html(f"<div class='ds-probe' role='list' aria-label='{label}'>{cards}</div>")
    st.caption(say("{rightly} of 10 rightly read.", rightly=rightly))


def _card(truth: int, probabilities: np.ndarray) -> str:
    answer, sure = int(probabilities.argmax()), float(probabilities.max())
    kind = "wrong" if answer != truth else "right"
    words = say(
        "a {truth}, read as {answer}, with {sure:.0%}",
        truth=truth,
        answer=answer,
        sure=sure,
    )
    return (
        f"<div role='listitem' class='{kind}' aria-label='{escape(words)}'>"
        f"<img alt='' src='{_pictures(is_dark())[truth]}'><b>{answer}</b> {sure:.0%}"
        f"<div class='track'><i style='width: {sure:.1%}'></i></div></div>"
    )


@lru_cache(maxsize=2)
def _pictures(dark: bool) -> tuple[str, ...]:
    """The ten digits as PNG in data URIs."""
    pixels = probe_digits().inputs()[:10]
    files = (mosaic_png(digit[:, :, None], scale=1.0, columns=1, dark=dark) for digit in pixels)
    return tuple(f"data:image/png;base64,{b64encode(file).decode()}" for file in files)


def _sizes(state: RunState) -> None:
    """How large weights and gradient of each layer are: root of the sum of squares."""
    if not state.weight_norms:
        return
    st.markdown(
        say("**Weights and gradient of each layer**"),
        help=say(
            "Each number is the length of all weights of the layer taken as one arrow (the "
            "root of the sum of their squares); likewise of the last batch's gradient, "
            "which says how the weights should change. A gradient near zero: the layer "
            "learns nothing. One that grows without end: the training is about to diverge.",
        ),
    )
    gradients = state.gradient_norms
    longest = [_largest(norms) for norms in (state.weight_norms, gradients)]
    rows = "".join(
        f"<tr><td>{layer}</td>{_cell(weight, longest[0])}"
        f"{_cell(gradients.get(layer, math.nan), longest[1])}</tr>"
        for layer, weight in state.weight_norms.items()
    )
    st.html(
        f"<table class='ds-sizes'><tr><th>{say('Layer')}</th><th colspan='2'>{say('Weights')}</th>"
        f"<th colspan='2'>{say('Gradient')}</th></tr>{rows}</table>"
    )


def _largest(norms: dict[str, float]) -> float:
    return max((norm for norm in norms.values() if math.isfinite(norm)), default=0.0)


def _cell(norm: float, largest: float) -> str:
    if not math.isfinite(norm):
        return "<td>–</td><td class='bar'></td>"
    share = norm / largest if largest else 0.0
    return f"<td>{norm:.3g}</td><td class='bar'><i style='width: {share:.1%}'></i></td>"

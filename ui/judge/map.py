"""The map of digits: what the dense layer says of 1,000 unseen digits, in a plane."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from model.data.mnist import Selection, unseen
from model.interpretability.embedding import (
    SLICE,
    STEPS,
    STEPS_A_SLICE,
    Layout,
    advance_layout,
    features_of,
    first_layout,
    neighbours,
    pca,
)
from model.network import Network
from model.network.activations import DenseFeatures, ForwardPass, dense_layer
from ui.components.scatter import Cloud, scatter
from ui.digit.gallery import gallery, open_digit
from ui.digit.test_digits import TEST_DIGIT
from ui.frame.save_menu import SavedFile, save_files
from ui.locale import say, to_say
from ui.locale.sentence import Sentence
from ui.state.address import keep, start
from ui.state.answers import look_inside
from ui.state.ask_in_slices import Slice, ask_in_slices
from ui.state.properties import LAYOUT
from ui.state.session import ChosenDigit, session
from ui.state.shown_network import network
from ui.style.csv_table import csv_text, nine

NEAREST = 8
KINDS = {
    "PCA": to_say("PCA: two longest directions"),
    "t-SNE": to_say("t-SNE: keep the neighbours"),
}


def digit_map() -> None:
    """Read 1,000 digits with the shown network and lay them out."""
    current = network()
    ask_in_slices(
        ("map", current.fingerprint),
        partial(_slices, current),
        partial(_show, current),
        key="map_reading",
        label=say("Reading {digits}", digits=say("1,000 digits")),
    )


def _slices(current: Network) -> list[Slice[DenseFeatures]]:
    return [partial(_read, current, part) for part in Selection(part="unseen").slices(SLICE)]


def _read(
    current: Network, part: Selection, before: Sequence[DenseFeatures]
) -> partial[DenseFeatures]:
    return partial(features_of, current, part)


def _show(current: Network, results: Sequence[DenseFeatures], complete: bool) -> None:
    if not complete:
        return
    features = np.concatenate([each.features for each in results])
    answers = np.concatenate([each.probabilities for each in results]).argmax(axis=1)
    kind = st.segmented_control(
        say("Layout"),
        list(KINDS),
        default=start(LAYOUT, list(KINDS), "PCA"),
        required=True,
        wrap=True,
        format_func=lambda kind: say(KINDS[kind]),
        key="map_kind",
        persist_state="session",
    )
    keep({LAYOUT: kind if kind != "PCA" else None})
    mine = session().digit
    inside = look_inside(mine) if mine is not None else None
    own = _dense(inside) if inside is not None else None
    if kind == "PCA":
        _pca(features, answers, own)
        _nearest(features, own)
    else:
        _tsne(current, features, answers, own)


def _dense(inside: ForwardPass) -> np.ndarray:
    name = dense_layer(network().config).name
    return next(each.after for each in inside.layers if each.layer.name == name)


def _pca(features: np.ndarray, answers: np.ndarray, own: np.ndarray | None) -> None:
    plane = pca(features)
    right, up = (round(100 * float(share), 1) for share in plane.shares)
    st.caption(
        say(
            "The {count} numbers of the dense layer for 1,000 digits that the network has "
            "not learned from. The plane keeps {share:.1%} of their variance, of all by "
            "which they differ ({right:.1%} to the right, {up:.1%} upwards).",
            count=features.shape[1],
            share=(right + up) / 100,
            right=right / 100,
            up=up / 100,
        )
    )
    near = neighbours(features, own, NEAREST) if own is not None else None
    star = plane.points(own[None])[0] if own is not None else None
    _plane(plane.points(features), answers, star, near, "PCA")


def _tsne(
    current: Network, features: np.ndarray, answers: np.ndarray, own: np.ndarray | None
) -> None:
    """Lay all points out with one's own among them; the map forms while one watches."""
    if own is not None:
        features = np.concatenate([features, own[None]])
    mark = own.tobytes() if own is not None else b""
    ask_in_slices(
        ("t-SNE", current.fingerprint, mark),
        partial(_steps, features),
        partial(_show_layout, features, answers, own is not None),
        key="map_tsne",
        label=say("Moving the points"),
        start=say("Make the t-SNE map (about 10 seconds)"),
    )


def _steps(features: np.ndarray) -> list[Slice[Layout]]:
    return [partial(_move, features)] * -(-STEPS // STEPS_A_SLICE)


def _move(features: np.ndarray, before: Sequence[Layout]) -> partial[Layout]:
    return partial(advance_layout, features, before[-1] if before else first_layout(features))


def _show_layout(
    features: np.ndarray, answers: np.ndarray, with_own: bool, results: Sequence[Layout], _: bool
) -> None:
    layout = results[-1]
    st.caption(
        say(
            "Step {step} of {steps}. Who stands near whom is what counts here; how far "
            "apart two groups are, and how large they look, means little.",
            step=layout.step,
            steps=STEPS,
        )
    )
    count = len(answers)
    star = layout.points[count] if with_own else None
    own = features[count] if with_own else None
    near = neighbours(features[:count], own, NEAREST) if own is not None else None
    _plane(layout.points[:count], answers, star, near, "t-SNE")
    _nearest(features[:count], own)


def _plane(
    points: np.ndarray,
    answers: np.ndarray,
    star: np.ndarray | None,
    near: np.ndarray | None,
    layout: str,
) -> None:
    data = unseen()
    key = f"plane_{layout}"
    cloud = Cloud(points, data.labels, answers, star, near)
    title = say("Map of digits, {layout}", layout=layout)
    place = scatter(cloud, key=key, title=title, file=f"map-of-digits-{layout.lower()}")
    st.caption(
        say(
            "Each digit stands where the network sees it. Framed ones are read wrongly. "
            "The star is the digit chosen above, the rings are its nearest neighbours.",
        )
    )
    if place is not None:
        picture, words = st.columns([1, 6], vertical_alignment="center")
        digit = unseen_digit(place)
        with picture:
            st.image(255 - data.images[place], width=84)
        with words:
            open_digit(digit, key=key)
    _save(points, answers, star)


def unseen_digit(place: int) -> ChosenDigit:
    """One of the 1,000: the first 500 are validation digits, the others test digits."""
    data = unseen()
    truth, half = int(data.labels[place]), len(data) // 2
    kind = to_say("validation digit {place}, a {truth}") if place < half else TEST_DIGIT
    pixels = data.take(np.array([place])).inputs()[0]
    at = place - half if place >= half else None
    words = Sentence(kind, {"place": place % half, "truth": truth})
    return ChosenDigit(pixels, words, truth, at)


def _nearest(features: np.ndarray, own: np.ndarray | None) -> None:
    if own is None:
        return
    st.header(say("Its nearest neighbours"), anchor="neighbours")
    st.caption(
        say(
            "The digits whose {count} numbers are nearest to those of the chosen one, the "
            "nearest first. The network looks at them and at yours in nearly the same way.",
            count=features.shape[1],
        )
    )
    data, places = unseen(), neighbours(features, own, NEAREST)
    distances = np.linalg.norm(features[places] - own, axis=1)
    labels = [f"{data.labels[p]} · {away:.3g}" for p, away in zip(places, distances, strict=True)]
    gallery(
        data.images[places],
        labels,
        lambda number: unseen_digit(int(places[number])),
        key=f"nearest_{hash(places.tobytes())}",
        size=64,
    )


def _save(points: np.ndarray, answers: np.ndarray, star: np.ndarray | None) -> None:
    csv = partial(map_csv, points, answers, star)
    save_files(
        [SavedFile(say("Points (CSV)"), "map_of_digits.csv", csv, "map_csv")], key="map_save"
    )


def map_csv(points: np.ndarray, answers: np.ndarray, star: np.ndarray | None) -> str:
    """One line a digit: its label, the answer and its place; one's own digit is the last line."""
    rows: list[tuple[object, ...]] = [
        (label, answer, nine(x), nine(y))
        for label, answer, (x, y) in zip(unseen().labels, answers, points.tolist(), strict=True)
    ]
    if star is not None:
        rows.append(("own", None, nine(star[0]), nine(star[1])))
    return csv_text(("label", "answer", "x", "y"), rows)

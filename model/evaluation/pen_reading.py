"""What the pen's channel asks of a worker: readings, and what a number is made of.

`read_batch` takes what waits together, sends the digits that one network reads through it at once,
and makes each answer whole, as `model.evaluation.pen_message` says: the page's own process hands it
on without opening it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from model.evaluation.pen_message import FULL, MessageKind, message, quantised
from model.evaluation.pen_request import (
    SHEET_SIDE,
    GivenDigit,
    Ink,
    PathQuestion,
    PenAnswer,
    PenRequest,
    Question,
    SumQuestion,
    WhyQuestion,
    is_sheet,
)
from model.evaluation.reading import known_rules
from model.evaluation.verdict import Judgement, Rules, Verdict, judge, number
from model.interpretability.arithmetic import PoolingWindow, WeightedSum
from model.interpretability.contributions import (
    NoSuchUnitError,
    Path,
    WholeSum,
    contributions,
    strongest_path,
    whole_sum,
)
from model.network import SIDE, Layer, LayerKind, Network, layers
from model.network.activations import ForwardPass, LayerOutput, forward_pass, layer_outputs
from model.network.digit_detector import ANSWERS, detector
from model.network.forward import probabilities
from model.preprocessing.pipeline import Problem, StepKey, from_ink
from model.preprocessing.sheet import Box


@dataclass(frozen=True, eq=False)
class _Found:
    """The digits of one request, before the network has seen them."""

    digits: np.ndarray  # (n, 28, 28) float32
    detected: np.ndarray | None  # (n, 11); None where nobody has asked the detector yet
    boxes: tuple[Box, ...]
    followed: int
    problem: Problem | None
    finished: bool


def read_batch(requests: Sequence[PenRequest]) -> list[PenAnswer]:
    """Answer requests that wait together. Runs in a worker: it loads TensorFlow.

    Args:
        requests: at least one; networks may differ.

    Raises:
        ValueError: ink that is no sheet, pixels that are no digit, or an unknown key in `off`.
    """
    answers: dict[int, PenAnswer] = {}
    contents: dict[int, Ink | GivenDigit] = {}
    for place, request in enumerate(requests):
        if isinstance(request.content, Ink | GivenDigit):
            contents[place] = request.content
        else:
            answers[place] = PenAnswer(_told(request, request.content))
    readings = _with_detected([_found(content) for content in contents.values()])
    found = dict(zip(contents, readings, strict=True))
    places: dict[str, list[int]] = {}  # of the requests, by their network
    for place in found:
        places.setdefault(requests[place].reader.fingerprint, []).append(place)
    for together in places.values():
        network = requests[together[0]].reader
        outputs = _outputs(network, np.concatenate([found[place].digits for place in together]))
        start = 0
        for place in together:
            end = start + len(found[place].digits)
            answers[place] = _read(requests[place], found[place], outputs, start, end)
            start = end
    return [answers[place] for place in range(len(requests))]


def _found(content: Ink | GivenDigit) -> _Found:
    if isinstance(content, GivenDigit):
        digit = np.frombuffer(content.pixels, np.float32).reshape(1, SIDE, SIDE)
        return _Found(digit, None, (), 0, None, finished=True)
    off = frozenset(content.off)
    if not content.finished:
        off |= {StepKey.DIGITS}  # half a digit may be several pieces
    prepared = from_ink(_unpacked(content.packed), off=off)
    found = prepared.digits
    if not found:
        problem = prepared.problem if content.finished else Problem.BLANK
        nothing = np.zeros((0, SIDE, SIDE), np.float32)
        return _Found(nothing, np.zeros((0, ANSWERS), np.float32), (), 0, problem, content.finished)
    digits = np.stack([each.digit for each in found])
    known = np.stack([each.detected for each in found]) if StepKey.DIGITS not in off else None
    followed = prepared.followed(content.followed)
    boxes = tuple(each.box for each in found)
    return _Found(digits, known, boxes, followed, None, content.finished)


def _unpacked(packed: bytes) -> np.ndarray:
    """(84, 84) float32 in [0, 1]."""
    if not is_sheet(packed):
        raise ValueError(f"Expected pairs of a count and a grey for {SHEET_SIDE}² cells.")
    pairs = np.frombuffer(packed, np.uint8)
    greys = pairs[1::2].astype(np.float32) / np.float32(FULL)
    return np.repeat(greys, pairs[::2]).reshape(SHEET_SIDE, SHEET_SIDE)


def _with_detected(found: list[_Found]) -> list[_Found]:
    """Ask the detector once, of all digits that nobody has asked it about."""
    open_ones = [each for each in found if each.detected is None]
    if not open_ones:
        return found
    answers = detector().answers(np.concatenate([each.digits for each in open_ones]))
    parts = iter(np.split(answers, np.cumsum([len(each.digits) for each in open_ones])[:-1]))
    return [
        _Found(each.digits, next(parts), each.boxes, each.followed, each.problem, each.finished)
        if each.detected is None
        else each
        for each in found
    ]


def _outputs(network: Network, digits: np.ndarray) -> tuple[LayerOutput, ...]:
    """What every layer makes of all digits, each with one more axis, the first."""
    table = layers(network.config)
    batches = list(layer_outputs(network, digits, [layer.name for layer in table]))
    if len(batches) == 1:
        return tuple(batches[0].values())
    return tuple(
        LayerOutput(
            layer,
            *(
                np.concatenate([part[layer.name].before for part in batches] or [_none(layer)]),
                np.concatenate([part[layer.name].after for part in batches] or [_none(layer)]),
            ),
        )
        for layer in table
    )


def _none(layer: Layer) -> np.ndarray:
    return np.zeros((0, *layer.output_shape), np.float32)


def _read(
    request: PenRequest, found: _Found, outputs: tuple[LayerOutput, ...], start: int, end: int
) -> PenAnswer:
    """The answer to one request, whose digits are some of those that the network has read."""
    header: dict[str, Any] = {
        "n": request.n,
        "finished": found.finished,
        "digit": None,
        "network": _network(request),
        "boxes": found.boxes,
        "problem": found.problem,
    }
    if start == end:
        return PenAnswer(message(MessageKind.READING, header | _NOTHING, {}))
    here = start + found.followed
    inside = ForwardPass(
        found.digits[found.followed],
        tuple(LayerOutput(each.layer, each.before[here], each.after[here]) for each in outputs),
    )
    rules = None if request.learning or request.off else known_rules(request.network)
    assert found.detected is not None
    verdicts = [
        judge(row, seen, rules, finished=found.finished)
        for row, seen in zip(outputs[-1].after[start:end], found.detected, strict=True)
    ]
    arrays = {"input": np.rint(inside.digit * FULL).astype(np.uint8)}
    header["layers"] = [_layer(output, arrays) for output in inside.layers]
    header |= _verdict(verdicts[found.followed], rules) | {
        "rules": None if rules is None else _rules(rules),
        "probabilities": inside.probabilities.tolist(),
        "logits": inside.logits.tolist(),
        "number": number(verdicts, found.boxes) if found.finished and len(verdicts) > 1 else "",
        "followed": found.followed,
        "each": [_shown_as(verdict) for verdict in verdicts] if found.finished else [],
        "path": _path(strongest_path(request.reader, inside)) if found.finished else None,
        "whole": _whole(request, inside.digit) if request.off and found.finished else None,
    }
    digit = np.ascontiguousarray(inside.digit).tobytes()
    followed = verdicts[found.followed]
    return PenAnswer(
        message(MessageKind.READING, header, arrays),
        digit,
        len(verdicts),
        found.followed,
        (followed.digit, followed.probability),
    )


def _whole(request: PenRequest, digit: np.ndarray) -> dict[str, Any]:
    """What the network says with nothing switched off."""
    shares = probabilities(request.network, digit[None])[0]
    best = int(shares.argmax())
    return {"digit": best, "probability": float(shares[best]), "probabilities": shares.tolist()}


_NOTHING: dict[str, Any] = {
    "judgement": None,
    "probability": None,
    "margin": None,
    "runner_up": None,
    "rules": None,
    "probabilities": [],
    "logits": [],
    "number": "",
    "followed": None,
    "each": [],
    "layers": [],
    "path": None,
    "whole": None,
}


def _shown_as(verdict: Verdict) -> int | None:
    """One of several digits, in a word; None for what does not look like one."""
    return None if verdict.judgement is Judgement.STRANGE else verdict.digit


def _verdict(verdict: Verdict, rules: Rules | None) -> dict[str, Any]:
    unknown = rules is None and verdict.judgement is Judgement.SURE
    return {
        "digit": verdict.digit,
        "judgement": None if unknown else verdict.judgement.name.lower(),
        "probability": verdict.probability,
        "margin": verdict.margin,
        "runner_up": verdict.runner_up,
    }


def _rules(rules: Rules) -> dict[str, float]:
    return {"sure": rules.sure, "coverage": rules.coverage, "right": rules.right}


def _layer(output: LayerOutput, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """A layer's entry in the header; its values go to `arrays`."""
    layer, top, signed = output.layer, 0.0, False
    if layer.has_maps:
        values, top, signed = quantised(output.after)
        arrays[layer.name] = np.ascontiguousarray(values.transpose(2, 0, 1))
    elif layer.kind is LayerKind.DENSE:
        arrays[layer.name] = output.after
        top = float(np.abs(output.after).max())
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": layer.output_shape,
        "window": layer.window,
        "stride": layer.stride,
        "activation": layer.activation,
        "top": top,
        "signed": signed,
    }


def _network(request: PenRequest) -> dict[str, Any]:
    return {
        "fingerprint": request.network.fingerprint,
        "title": request.title,
        "epoch": request.epoch,
        "batch": request.batch,
        "off": request.off,
    }


def _told(request: PenRequest, question: Question) -> bytes:
    """The answer to a question about a digit that was read."""
    digit = np.frombuffer(question.digit, np.float32).reshape(SIDE, SIDE)
    inside = forward_pass(request.reader, digit)
    header: dict[str, Any] = {"n": request.n, "network": _network(request)}
    arrays: dict[str, np.ndarray] = {}
    try:
        match question:
            case PathQuestion(output=output):
                header |= {"ask": "path"} | _path(strongest_path(request.reader, inside, output))
            case WhyQuestion(unit=unit):
                header |= {"ask": "why"} | asdict(contributions(request.reader, inside, unit))
                for name in ("inputs", "feeds"):
                    header[name] = [each.pop("unit") | each for each in header[name]]
            case SumQuestion(unit=unit):
                header |= {"ask": "sum"} | _sum(whole_sum(request.reader, inside, unit), arrays)
    except NoSuchUnitError:
        header["problem"] = "no such unit"
    return message(MessageKind.ANSWER, header, arrays)


def _path(path: Path) -> dict[str, Any]:
    levels = [
        {
            "layer": level[0].unit.layer,
            "units": [
                {
                    "channel": each.unit.channel,
                    "row": each.unit.row,
                    "column": each.unit.column,
                    "value": each.value,
                    "weight": each.weight,
                    "input": each.value,
                    "product": each.product,
                    "to": each.to,
                    "field": each.field,
                }
                for each in level
            ],
        }
        for level in path.levels
        if level
    ]
    return {"output": path.output, "levels": levels}


def _sum(whole: WholeSum, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The header of a whole sum; its numbers go to `arrays`."""
    explanation, layer = whole.explanation, whole.explanation.layer
    header: dict[str, Any] = {
        "unit": asdict(whole.unit),
        "kind": layer.kind,
        "before": whole.before,
        "value": explanation.value,
        "keras": explanation.check.reported,
        "bias": 0.0,
        "activation": layer.activation,
        "field": whole.field,
        "window": None,
        "order": None,
        "winner": None,
        "mode": None,
        "logits": None,
        "probabilities": None,
    }
    match explanation:
        case WeightedSum():
            header |= {"bias": explanation.bias, "order": explanation.order.tolist()}
            terms = {
                "inputs": explanation.inputs,
                "kernels": explanation.weights,
                "products": explanation.products,
            }
            if layer.kind is LayerKind.CONVOLUTION:
                header["window"] = (explanation.top, explanation.left)
                terms = {name: values.transpose(2, 0, 1) for name, values in terms.items()}
                terms["channel_sums"] = explanation.partial_sums
            else:
                terms = {name: values.ravel() for name, values in terms.items()}
        case PoolingWindow():
            winners = explanation.winners
            header |= {
                "window": (explanation.top, explanation.left),
                "winner": winners[0] if winners else None,
                "mode": explanation.mode,
            }
            terms = {"inputs": explanation.values}
        case _:
            value = np.array([explanation.value])
            terms = {"inputs": value, "kernels": np.ones(1), "products": value}
    arrays |= {name: values.astype(np.float32) for name, values in terms.items()}
    if whole.below.ndim == 3:
        below, top, signed = quantised(whole.below)
        arrays["below"] = np.ascontiguousarray(below.transpose(2, 0, 1))
        header |= {"below_top": top, "below_signed": signed}
    if whole.softmax is not None:
        logits, probabilities = whole.softmax
        header |= {"logits": logits.tolist(), "probabilities": probabilities.tolist()}
    return header

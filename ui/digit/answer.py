"""The network's answer, honestly: the digit, ten probabilities, and what they are worth."""

import html

import numpy as np
import streamlit as st

from model.data import mnist
from model.evaluation.metrics import wilson
from model.evaluation.verdict import Judgement, Rules, Verdict
from model.network.digit_detector import detector_card
from ui.locale import say
from ui.locale.sentence import paragraph
from ui.style.words import percent


def answer(
    probabilities: np.ndarray,
    verdict: Verdict,
    truth: int | None,
    rules: Rules | None,
    *,
    finished: bool = True,
) -> None:
    """Show the answer with its judgement and all ten probabilities.

    Args:
        probabilities: (10,) float32, sums to 1.
        verdict: of this answer.
        truth: the digit's own label where it is known.
        rules: when the network is sure, if that is measured yet.
        finished: whether it stays; while the pen is down no screen reader says it.
    """
    best = verdict.digit
    large = "?" if verdict.judgement is Judgement.STRANGE else str(best)
    rows = "".join(
        f"<li class='{'first' if digit == best else ''}'><span>{digit}</span>"
        f"<div class='bar'><i style='width: {share:.2%}'></i></div>"
        f"<span>{share:.1%}</span></li>"
        for digit, share in enumerate(probabilities.tolist())
    )
    words = said(verdict, truth, rules)
    spoken = ""
    if finished:
        told = paragraph(say("The answer is {answer}.", answer=large), without_tags(words))
        spoken = f" data-spoken='{html.escape(told)}'"
    name = html.escape(say("The answer: {answer}", answer=large))
    ten = html.escape(say("Ten probabilities"))
    kinds = {Judgement.SURE: "sure", Judgement.STRANGE: "strange"}
    kind = kinds.get(verdict.judgement, "unsure") + ("" if finished else " drawing")
    st.html(
        f"<div class='ds-answer {kind}' role='group' "
        f"aria-label='{name}'{spoken}>"
        f"<div class='ds-digit' data-digit='{best}' data-judgement='{verdict.judgement}'>{large}"
        f"</div><ul class='ds-bars' aria-label='{ten}'>{rows}</ul>"
        f"<div class='ds-said'>{words}</div></div>"
    )


def without_tags(words: str) -> str:
    """Words of `said` for an attribute: their only markup is bold type."""
    return words.replace("<b>", "").replace("</b>", "")


def said(verdict: Verdict, truth: int | None = None, rules: Rules | None = None) -> str:
    """The judgement in words, as HTML."""
    words = _judgement(verdict, rules)
    if truth is None:
        return words
    if truth == verdict.digit:
        known = say("The network says {digit}, which is right.", digit=verdict.digit)
    else:
        known = say(
            "The network says {digit}, but it is a <b>{truth}</b>.",
            digit=verdict.digit,
            truth=truth,
        )
    return paragraph(words, known)


def _judgement(verdict: Verdict, rules: Rules | None) -> str:
    """The judgement, with the two figures that decide it, in as many places as tell them apart."""
    limit = rules.sure if rules is not None and np.isfinite(rules.sure) else None
    here = {
        "digit": verdict.digit,
        "probability": percent(verdict.probability, limit),
    }
    if limit is not None:
        least = percent(limit, verdict.probability)
        has = say(
            "{digit} has {probability}; this network is sure from {limit} on.", **here, limit=least
        )
    elif rules is not None:
        has = say(
            "{digit} has {probability}; this network was wrong too often to be sure of anything.",
            **here,
        )
    else:
        has = say("{digit} has {probability}.", **here)
    second = percent(max(verdict.probability - verdict.margin, 0.0))
    next_ = say(
        "The runner-up {runner_up} has {second}.", runner_up=verdict.runner_up, second=second
    )
    match verdict.judgement:
        case Judgement.SURE:
            first = say("<b>Sure.</b>")
        case Judgement.UNSURE:
            first = say("<b>Not sure: perhaps a {digit}.</b>", digit=verdict.digit)
            if limit is not None and verdict.probability >= limit:
                has = paragraph(has, say("But the detector, a second network, does not agree."))
        case Judgement.UNFINISHED:
            first = say("<b>So far perhaps a {digit}.</b>", digit=verdict.digit)
        case Judgement.STRANGE:
            return say(
                "<b>This does not look like a digit.</b> The ten probabilities always add up to "
                "100%; here they are only a guess, and {digit} is the likeliest.",
                digit=verdict.digit,
            )
    return paragraph(first, has, next_)


def when_sure(rules: Rules | None) -> None:
    """Offer the reasons for "not sure" and "not a digit", with the figures behind them."""
    with st.popover(say("When is it sure?"), icon=":material/help:", type="tertiary"):
        st.markdown(f"{sure_words(rules)}\n\n{digit_words()}")


def sure_words(rules: Rules | None) -> str:
    """When a network is sure, in words, with the figures that were measured."""
    if rules is None:
        return say("When this network is sure is not measured yet.")
    asked = say(
        "The network was asked about 500 **validation digits**, which it has not learned from.",
    )
    if not np.isfinite(rules.sure):
        never = say("Whatever its probability, it was wrong too often: it is never sure.")
        return paragraph(asked, never)
    answers = max(1, round(rules.coverage * mnist.VALIDATION))
    right = round(rules.right * answers)
    low, high = wilson(right, answers)
    figures = say(
        "Of its {answers} answers with at least **{sure:.1%}**, {right} were "
        "right. On other digits of this kind between {low:.1%} and {high:.1%} of such "
        "answers are right, as far as so few digits can tell (95% interval). Below "
        "that the page says “not sure”.",
        answers=answers,
        sure=rules.sure,
        right=right,
        low=low,
        high=high,
    )
    return paragraph(asked, figures)


def digit_words() -> str:
    """Who decides what looks like a digit, in words, and how often that is wrong."""
    refused = detector_card()["refused"]
    digits = refused["MNIST's test digits"]
    met, new = (refused[f"letters, {kind}"] for kind in ("met", "never met"))
    return say(
        "**Like a digit?** A second, small network decides that: the *detector*. It "
        "has eleven answers, the ten digits and “no digit”, and has learned from "
        "digits of many hands and from letters, doodles and scribbles. It sees only "
        "the picture, so its word is the same for every network. Where it does not see "
        "the same digit, or only perhaps, the page says “not sure”.\n\nOf MNIST's 10,000 "
        "test digits it wrongly refuses **{digits:.1%}**. Of letters drawn by hand it rightly "
        "refuses {met:.0%}, and {new:.0%} of those that it had never met in any hand. Letters "
        "that may be digits pass: O, I, S, Z, B, b, q.",
        digits=digits,
        met=met,
        new=new,
    )


def no_answer(sentence: str, *, finished: bool = True) -> None:
    """Show a sentence in the place of an answer, as high as one.

    Args:
        sentence: why there is none.
        finished: whether it stays; see `answer`.
    """
    spoken = f" data-spoken='{html.escape(sentence, quote=True)}'" if finished else ""
    st.html(f"<div class='ds-none' data-digit=''{spoken}>{sentence}</div>")


def whole_number(text: str) -> None:
    """Show several digits as they are read, line by line."""
    shown = text or say("no digit")
    st.html(f"<div class='ds-number' data-number='{text}'>{shown}</div>")

"""The page "What does it give away?": its story, and what it says of figures."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model.engine import InlineEngine, using_engine
from model.experiments import Part
from model.experiments.experiment import Value
from model.experiments.leak import EXPERIMENT, LeakSettings
from ui.digit import test_digits
from ui.experiment import leak
from ui.experiment.leak import conclusion, price_words, remedy_words, told
from ui.experiment.leak_own import game_inputs, score_words
from ui.state.session import studies

ROOT = Path(__file__).resolve().parents[2]
PAGE = str(ROOT / "pages" / "experiment" / "leak.py")


@pytest.fixture(autouse=True)
def alone(cache: Path) -> Iterator[None]:
    """A cache folder of its own, and an engine in this process."""
    st.cache_resource.clear()
    with using_engine(InlineEngine()):
        yield
    st.cache_resource.clear()


def opened(**address: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "ui" / "frame" / "menu.py"), default_timeout=60)
    at.switch_page(PAGE)
    for name, value in address.items():
        at.query_params[name] = value
    return at.run()


def rows(area: float, spread: float = 0.0, **values: Value) -> list[Part]:
    """Three measurements of one attack."""
    plain: dict[str, Value] = {"attack": "loss", "arm": "plain", "count": 500, "asked": 500}
    base = {**plain, **values}
    return [
        Part(f"{base}{n}", {**base, "seed": n, "auc": area + (n - 1) * spread}) for n in range(3)
    ]


def test_the_chart_opens_with_the_guess() -> None:
    at = opened()
    assert not at.exception
    assert "opens with your guess" in "".join(each.value for each in at.markdown)
    at.button(key="leak_guess").click().run()
    assert not at.exception
    assert not at.get("slider")
    assert any("Your guess: 50%" in each.value for each in at.markdown)


def test_it_is_run_and_every_view_has_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    short = LeakSettings(seeds=1, updates=10)
    monkeypatch.setattr(leak, "LeakSettings", lambda seeds: short)
    at = opened(gate="open")
    at.button(key="leak_run").click().run()
    study = studies().of(EXPERIMENT, short)
    study.wait(60)
    assert study.complete
    for view in ("False alarms", "What helps", "The price", "Who is found out"):
        at.segmented_control(key="leak_view").set_value(view)
        at.run()
        assert not at.exception
        assert len(at.get("plotly_chart")) == 1
    assert any("of the pairs are told apart" in each.value for each in at.markdown)


def test_the_own_digit_is_played_for_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    short = LeakSettings(seeds=1, updates=10)
    monkeypatch.setattr(leak, "LeakSettings", lambda seeds: short)
    at = opened(gate="open", digit="3")
    digit = test_digits.test_digit(3)
    assert digit.label is not None
    at.button(key="leak_game_play").click().run()
    game = LeakSettings(updates=10, game=1)
    study = studies().of(EXPERIMENT, game, game_inputs(digit, digit.label))
    study.wait(60)
    assert study.complete
    at.run()
    assert not at.exception
    assert not any("You:" in each.value for each in at.markdown)
    at.button(key="leak_game_bet").click().run()
    assert not at.exception
    assert any("of 20** right. The attacker:" in each.value for each in at.markdown)
    layout = json.loads(at.get("plotly_chart")[-1].proto.spec)["layout"]
    heights = [text["y"] for text in layout["annotations"]]
    assert len(heights) == 2
    assert heights[0] == 2  # 100 to 1, on an axis of powers of ten
    assert abs(heights[1]) < 20
    for part, words in (
        ("The picture in the gradient", "The picture comes back, exactly but for rounding"),
        ("The picture of a class", "Changed step by step"),
    ):
        at.segmented_control(key="leak_own").set_value(part)
        at.run()
        assert not at.exception
        assert any(words in each.value for each in at.markdown)


def test_bets_are_counted_and_luck_is_called_so() -> None:
    rounds = [
        Part(f"{n}", {"number": n, "inside": n < 10, "sureness": 5.0 - n / 2, "bet": n < 14})
        for n in range(20)
    ]
    all_right = score_words(rounds, odds=float(np.exp(5.0 - 9.75 / 2)))
    assert "You: **20 of 20** right. The attacker: **16**" in all_right
    assert "only two games of a hundred" in all_right
    few_right = score_words(
        [replace(each, values={**each.values, "bet": True}) for each in rounds], 1e9
    )
    assert "You: **10 of 20** right. The attacker: **10**" in few_right
    assert "A coin may get as many" in few_right


def test_the_teacher_s_link_needs_no_guess_and_the_others_do() -> None:
    at = opened(gate="open", guess="leak.0.7")
    links = [each.value for each in at.code]
    assert len(links) == 2
    assert "gate" not in links[0]
    assert "gate=open" in links[1]
    assert not any("guess" in link for link in links)


def test_what_a_coin_reaches_too_is_called_so() -> None:
    assert told(rows(0.53), "loss", "plain", 500) is not None
    cases = {0.7: False, 0.53: True, 0.5: True, 0.42: True}
    for area, chance in cases.items():
        found = told(rows(area), "loss", "plain", 500)
        assert found is not None
        assert found[1] is chance
        assert ("no better than a coin" in conclusion(rows(area))) is chance
    wide = told(rows(0.6, spread=0.11), "loss", "plain", 500)
    assert wide is not None
    assert wide[1]
    assert told([], "loss", "plain", 500) is None
    assert conclusion([]) == ""


def test_what_helps_is_told_by_the_bands() -> None:
    parts = [
        *rows(0.7, 0.01),
        *rows(0.8, 0.01, arm="wrong"),
        *rows(0.6, 0.01, arm="stopped"),
        *rows(0.7, 0.02, arm="dropout"),
        *rows(0.51, 0.01, arm="noise1"),
    ]
    words = remedy_words(parts, 500)
    assert "no better than a coin with noise 1" in words
    assert "weaker with early stopping" in words
    assert "stronger with 20% wrong labels" in words
    assert "dropout" not in words
    assert "to begin with" in remedy_words(rows(0.5), 500)
    same = [*rows(0.7, 0.01), *rows(0.7, 0.02, arm="dropout")]
    assert "more than chance" in remedy_words(same, 500)


def test_the_price_is_said_in_digits_that_are_read() -> None:
    parts = [
        *rows(0.55, count=4000, accuracy=0.93),
        *rows(0.5, count=4000, arm="noise1", accuracy=0.85, epsilon=1.0),
    ]
    words = price_words(parts)
    assert "2.7 times as likely" in words
    assert "85% are read rightly; without noise 93%" in words

"""The story of "How few digits are enough?", and what its sentences say of made-up figures."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from model.experiments import Part
from model.experiments.few import COUNTS, EXPERIMENT, FewSettings
from model.experiments.learners.own_ten import Ranking, offered
from model.experiments.measured import measured
from tests.pages.experiment_page import opened, texts
from ui.experiment.few import conclusion, law_words
from ui.experiment.own_ten import ranking_words, toggled

pytestmark = pytest.mark.usefixtures("inline_engine")


def parts(errors: Mapping[int, Sequence[float]], varied: bool = False) -> list[Part]:
    return [
        Part(
            f"{count}-{varied}-{seed}",
            {"count": count, "varied": varied, "seed": seed, "accuracy": 1 - error},
        )
        for count, several in errors.items()
        for seed, error in enumerate(several)
    ]


def on_a_line(scale: float = 2.0, exponent: float = 0.5) -> dict[int, Sequence[float]]:
    return {
        count: [scale * count**-exponent * wobble for wobble in (0.95, 1, 1.05)] for count in COUNTS
    }


def test_the_page_asks_shows_the_law_and_lets_one_pick_ten() -> None:
    result = measured(EXPERIMENT)
    assert result is not None
    app = opened("few")
    assert not app.exception
    assert conclusion(result.parts) not in texts(app)
    app.button(key="few_guess").click().run()
    assert not app.exception
    assert conclusion(result.parts) in texts(app)
    app.button_group(key="few_view").set_value("The law behind it").run()
    assert not app.exception
    assert law_words(result.parts, result.settings) in texts(app)
    assert "**0 of 10** have a label." in texts(app)
    one_of_each = [int(np.flatnonzero(offered().labels == label)[0]) for label in range(10)]
    for place in one_of_each:
        app.session_state["own_ten_grid"] = {"clicked": [place, 0, 0]}
        app.run()
        assert not app.exception
    assert "**10 of 10** have a label." in texts(app)
    assert "Your ten show **10 different digits**" in texts(app)
    app.button(key="own_ten_clear").click().run()
    assert "**0 of 10** have a label." in texts(app)


def test_the_settings_stand_in_the_address() -> None:
    app = opened("few", gate="open", seeds="5", updates="1000")
    assert not app.exception
    assert app.button_group(key="seeds").value == 5
    assert app.button_group(key="updates").value == 1000
    app.button_group(key="updates").set_value(300).run()
    assert "updates" not in app.query_params


def test_what_variations_do_is_said_by_the_bands() -> None:
    plain = {100: (0.2, 0.16, 0.14), 4000: (0.02, 0.016)}
    better = parts(plain) + parts({100: (0.08, 0.07), 4000: (0.018, 0.02)}, varied=True)
    assert "varying the digits makes it 92%" in conclusion(better)
    assert "within the band" in conclusion(better)
    worse = parts(plain) + parts({100: (0.3, 0.4), 4000: (0.1, 0.2)}, varied=True)
    assert "makes it worse, 65%" in conclusion(worse)
    assert "only make it harder" in conclusion(worse)
    equal = parts(plain) + parts({100: (0.15, 0.19)}, varied=True)
    assert "the bands overlap" in conclusion(equal)
    assert conclusion(parts(plain)) == ""


def test_a_law_that_holds_and_one_that_does_not_are_told_apart() -> None:
    settings = FewSettings()
    words = law_words(parts(on_a_line()), settings)
    assert "digits^(−0.50)" in words
    assert "divide the error by 3.2" in words
    assert "40,000 digits promise 1.0%" in words
    assert "So it kept its promise" in words
    bent = on_a_line() | {4000: (0.07, 0.08, 0.075)}
    assert "So it promised too much" in law_words(parts(bent), settings)
    steep = on_a_line() | {4000: (0.003, 0.004, 0.002)}
    assert "So it promised too little" in law_words(parts(steep), settings)
    flat = {count: (0.5, 0.51 + count / 1e5) for count in COUNTS}
    assert "no law to read" in law_words(parts(flat), settings)
    assert law_words(parts({10: (0.5, 0.4)}), settings) == ""


def test_full_mnist_says_whether_it_was_right_and_how_much_of_it_was_seen() -> None:
    more = parts(on_a_line() | {40_000: (0.01, 0.0095)})
    words = law_words(more, FewSettings(tenfold=True))
    assert "of full MNIST the error is 1.0%. So it kept its promise" in words
    assert "a network sees 9,600 digits" in words
    assert "sees" not in law_words(more, FewSettings(updates=3000, tenfold=True))


def test_ten_digits_are_taken_given_back_and_an_eleventh_is_not_taken() -> None:
    chosen: tuple[int, ...] = ()
    for place in range(10):
        chosen = toggled(chosen, place)
    assert toggled(chosen, 50) == chosen == tuple(range(10))
    assert toggled(chosen, 4) == (0, 1, 2, 3, 5, 6, 7, 8, 9)


def test_coverage_beats_chance_only_where_the_choices_say_so() -> None:
    covered = np.repeat([5, 6, 7], 100)
    rng = np.random.default_rng(0)
    rising = Ranking(0.5, 9, 0.05 * covered + rng.normal(0, 0.03, 300), covered)
    words = ranking_words(rising)
    assert "**9 different digits** and read **50.0%**: more than 300 of 1,000" in words
    assert "Covering all kinds beats chance" in words
    level = Ranking(0.5, 9, rng.normal(0.4, 0.03, 300), covered)
    assert "makes no difference here" in ranking_words(level)

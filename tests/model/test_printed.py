from model import printed


def test_without_matplotlib_there_is_still_a_font(monkeypatch) -> None:
    monkeypatch.setattr(printed.importlib.util, "find_spec", lambda name: None)
    printed.fonts.cache_clear()
    assert printed.fonts() == (None,)
    assert printed.printed("K", None).max() == 1
    printed.fonts.cache_clear()


def test_every_font_prints_its_own_seven() -> None:
    inks = [printed.printed("7", font) for font in printed.fonts()]
    assert all(ink.max() == 1 for ink in inks)
    assert len({ink.tobytes() for ink in inks}) == len(inks)

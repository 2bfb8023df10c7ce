from io import BytesIO

from ui.locale.messages import KEYWORDS, python_messages, said_by_the_code

SCRIPT = b"""
words = f"<b>{say('Within')}</b>" + say("Two " "parts", place=1)
say(words)
TITLE = to_say("Later")
other.say("Not ours")
say_many("{count} map", "{count} maps", 3)
"""


def test_a_sentence_is_found_wherever_it_stands() -> None:
    found = [
        (name, said) for _, name, said, _ in python_messages(BytesIO(SCRIPT), KEYWORDS, (), {})
    ]
    assert found == [
        ("say", ("Within",)),
        ("say", ("Two parts",)),
        ("say", (None,)),
        ("to_say", ("Later",)),
        ("say_many", ("{count} map", "{count} maps", None)),
    ]


def test_the_code_says_something_in_every_way_there_is() -> None:
    whole = said_by_the_code()
    many = ("{count} digit was added.", "{count} digits were added.")
    for message in ("Print", "Feature maps", "Raise hand", many):
        assert whole.get(message) is not None, message

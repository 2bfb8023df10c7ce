"""Files and messages that were damaged, by a seed: no damage may end in anything but a reason."""

import math
from typing import Any

import numpy as np

WORDS = (
    "",
    "x" * 100_000,
    "<script>alert(7)</script>",
    "../../../../etc/passwd",
    "\x00\x01\x1b[31m\u202e",
    "\ud800",  # half of a character: a browser can send it, and no file or address can hold it
    "१२३ 数字 عربي",
    "1",
    "NaN",
    "__class__",
)
NUMBERS = (0, -1, 1, 2**31, 2**64, -(2**63), 10**4_000, 0.5, -0.0, 1e308, math.nan, math.inf)


def mutated(content: bytes, chance: np.random.Generator) -> bytes:
    """A damaged copy: some bytes changed, a stretch cut out, doubled or overwritten, or noise."""
    if not content:
        return chance.bytes(int(chance.integers(1, 100)))
    data = bytearray(content)
    start = int(chance.integers(len(data)))
    stop = min(len(data), start + int(2 ** chance.uniform(0, 12)))
    match int(chance.integers(8)):
        case 0 | 1:  # some bytes, anywhere
            for place in chance.integers(0, len(data), 2 ** int(chance.integers(0, 8))):
                data[place] = int(chance.integers(256))
        case 2 | 3:  # some bytes where the archive speaks of itself: its beginning and its end
            for _ in range(int(chance.integers(1, 5))):
                place = int(chance.integers(min(len(data), 1_500)))
                data[place if chance.random() < 0.5 else -1 - place] = int(chance.integers(256))
        case 4:
            del data[start:]
        case 5:
            del data[start:stop]
        case 6:
            data[start:start] = data[start:stop]
        case _:
            data[start:stop] = chance.bytes(stop - start)
    return bytes(data)


def junk_value(chance: np.random.Generator, depth: int = 0) -> Any:
    """Something that JSON can say: nothing, numbers of all sizes, words, lists, objects."""
    match int(chance.integers(8 if depth < 4 else 5)):
        case 0:
            return None
        case 1:
            return bool(chance.integers(2))
        case 2:
            return NUMBERS[chance.integers(len(NUMBERS))]
        case 3:
            return int(chance.integers(-5, 100))
        case 4:
            return WORDS[chance.integers(len(WORDS))]
        case 5:
            return nested(int(chance.integers(1, 400)))
        case 6:
            return [junk_value(chance, depth + 1) for _ in range(chance.integers(5))]
        case _:
            names = (WORDS[place] for place in chance.permutation(len(WORDS))[: chance.integers(4)])
            return {name: junk_value(chance, depth + 1) for name in names}


def nested(depth: int) -> list[Any]:
    """A list in a list in a list."""
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


def junk_message(good: Any, chance: np.random.Generator) -> Any:
    """A message with a part of it missing, doubled or replaced by junk; or nothing but junk."""
    if chance.random() < 0.2:
        return junk_value(chance)
    if isinstance(good, dict) and good:
        changed = dict(good)
        name = list(good)[chance.integers(len(good))]
        match int(chance.integers(4)):
            case 0:
                del changed[name]
            case 1:
                changed[WORDS[chance.integers(len(WORDS))]] = junk_value(chance)
            case _:
                changed[name] = junk_message(good[name], chance)
        return changed
    if isinstance(good, list) and good:
        changed_list = list(good)
        place = int(chance.integers(len(good)))
        match int(chance.integers(4)):
            case 0:
                del changed_list[place]
            case 1:
                changed_list.insert(place, junk_value(chance))
            case _:
                changed_list[place] = junk_message(good[place], chance)
        return changed_list
    if isinstance(good, str) and good:
        return mutated(good.encode(), chance).decode("utf-8", "replace")
    if type(good) is int and chance.random() < 0.5:
        return good + int(chance.integers(-40, 40))
    return junk_value(chance)

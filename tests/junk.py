"""Files that were damaged, by a seed: for tests that no damage may end in anything but a reason."""

import numpy as np


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

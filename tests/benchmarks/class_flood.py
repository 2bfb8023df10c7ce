"""One student who sends random messages, for `bench_classroom --flood`.

    python -m tests.benchmarks.class_flood URL TOKEN PEN_TOKEN COUNT

So many go to the class's channel and to the pen's, over four connections each: damaged requests,
nothing but junk, right ones as fast as they can be sent; each tenth connection brings a token that
is none. Each message is known to have arrived before the next one is sent, or its connection was
closed. A process of its own, that gives way to others: a student has a machine of their own.
"""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.benchmarks.student import ink_of
from tests.junk import junk_message, mutated
from tests.pen_messages import digit_sheet, ink_frame

CONNECTIONS = 4
AT_A_TIME = 20
"""Messages over one connection, if it is not closed before."""
LARGEST = 20_000
REQUESTS: dict[str, list[dict[str, Any]]] = {
    "class_channel": [
        {"do": "hand", "up": True, "n": 1},
        {"do": "answer", "question": "0123456789abcdef", "round": 1, "choice": 2, "n": 2},
        {"do": "digit", "number": 0, "digit": 0, "ink": ink_of(3), "n": 3},
    ],
    "pen": [
        {"ask": "given", "n": 1},
        {"ask": "epoch", "n": 2, "epoch": 3},
        {"ask": "path", "n": 3, "output": 4},
        {"ask": "sum", "n": 5, "layer": "output", "channel": 3, "row": None, "column": None},
    ],
}
INK = ink_frame(1, digit_sheet(2))


def message(channel: str, chance: np.random.Generator) -> str | bytes:
    """One that is damaged, mostly."""
    good = REQUESTS[channel][chance.integers(len(REQUESTS[channel]))]
    kind = chance.random()
    if kind < 0.1:
        return json.dumps(good)
    if kind < 0.3:
        return mutated(INK, chance)[:LARGEST]
    return json.dumps(junk_message(good, chance))[:LARGEST]


async def flood(address: str, channel: str, token: str, count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    sent = 0
    while sent < count:
        with suppress(OSError, WebSocketException):
            async with connect(f"{address}/{channel}", max_size=None, max_queue=None) as socket:
                wrong = chance.random() < 0.1
                await socket.send(json.dumps({"token": "x" + token if wrong else token}))
                for _ in range(min(AT_A_TIME, count - sent)):
                    sent += 1
                    await socket.send(message(channel, chance))
                    await (await socket.ping())


async def main(url: str, tokens: tuple[str, str], count: int) -> None:
    address = url.replace("http", "ws", 1)
    await asyncio.gather(
        *(
            flood(address, channel, token, count // CONNECTIONS, seed)
            for channel, token in zip(REQUESTS, tokens, strict=True)
            for seed in range(CONNECTIONS)
        )
    )


if __name__ == "__main__":
    os.nice(10)
    asyncio.run(main(sys.argv[1], (sys.argv[2], sys.argv[3]), int(sys.argv[4])))

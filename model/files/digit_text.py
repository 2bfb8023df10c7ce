"""A digit as text that is short enough for an address: 28 × 28 greys, packed.

A byte a pixel, deflated without a header, and written in the letters that an address need not
escape (base64url). A drawn digit takes about three hundred letters. Whoever follows a link may have
changed it, so everything is checked before it is a digit.
"""

import base64
import zlib

import numpy as np

SIDE = 28
FULL = 255
LONGEST = 1_200
"""Letters at most: 784 greys that cannot be packed at all take 1,053."""
NO_HEADER = -15  # zlib's word for a plain deflated stream


def digit_to_text(digit: np.ndarray) -> str:
    """Return a digit as text.

    Args:
        digit: (28, 28) float32 in [0, 1]; rounded to 1/255.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, NO_HEADER)
    greys = np.rint(np.asarray(digit) * FULL).astype(np.uint8).tobytes()
    packed = packer.compress(greys) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def digit_from_text(text: str) -> np.ndarray:
    """Return the digit of a text: (28, 28) float32 in [0, 1].

    Raises:
        ValueError: it is too long, no packed 28 × 28 greys, or has no ink.
    """
    if len(text) > LONGEST:
        raise ValueError(f"A digit takes at most {LONGEST} letters, not {len(text)}.")
    letters = text.encode("ascii", errors="strict").translate(_PLAIN)
    packed = base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    unpacker = zlib.decompressobj(NO_HEADER)
    try:
        greys = unpacker.decompress(packed, SIDE * SIDE + 1)
    except zlib.error as error:
        raise ValueError("These letters are no packed digit.") from error
    if len(greys) != SIDE * SIDE or not unpacker.eof or unpacker.unused_data:
        raise ValueError(f"A digit is {SIDE * SIDE} greys and nothing more.")
    digit = np.frombuffer(greys, np.uint8).reshape(SIDE, SIDE).astype(np.float32)
    if not digit.any():
        raise ValueError("This digit has no ink.")
    return digit / np.float32(FULL)


_PLAIN = bytes.maketrans(b"-_+/", b"+/--")
"""The letters of base64url as those of base64; the other two become letters that it has not."""

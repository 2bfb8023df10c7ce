"""Codes that are typed and keys that are not.

A class's code stands on the projector: it lets in, and gives no power. A student's own code brings
that student back; 24⁸, 110,000,000,000, are too many to guess in the hours that a class lives. The
keys of a teacher and of a projector stand in an address, and only their digests are kept.
"""

import base64
import hashlib
import secrets
import unicodedata

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters alone, without I and O: nobody asks whether it is a one or a zero."""
CLASS_CODE, OWN_CODE = 5, 8
"""How many letters they have."""
LONGEST = 32
"""Of what is typed, more is not looked at."""


def new_code(length: int) -> str:
    """Return a code that is drawn by lot."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def cleaned(typed: str) -> str:
    """Return a code as it was meant: in capitals, without blanks, dashes and the like.

    The wide letters of a Chinese keyboard count as letters.
    """
    plain = unicodedata.normalize("NFKC", typed[:LONGEST]).upper()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def new_key() -> str:
    """Return a key that nobody can guess: 192 random bits, in letters for an address."""
    return secrets.token_urlsafe(24)


def digest(key: str) -> str:
    """Return what is kept of a key: it finds the class of a key, and no key can be told from it."""
    return hashlib.sha256(key.encode()).hexdigest()


def screen_key_of(teacher_key: str) -> str:
    """Return the key of a class's projectors: no teacher's key can be told from it."""
    whole = hashlib.sha256(b"screen " + teacher_key.encode()).digest()
    return base64.urlsafe_b64encode(whole[:24]).decode()

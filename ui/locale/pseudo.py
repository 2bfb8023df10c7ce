"""A language that nobody speaks: English with accents, longer, in brackets. Tests visit it.

Text without accents on the screen is then text that no catalogue knows, and what is clipped would
be clipped in a language of longer words: https://www.w3.org/International/articles/article-text-size
tells how much longer translations become. `?lang=xx` shows it.
"""

import re
from gettext import NullTranslations

PSEUDO = "xx"
LONGER = 0.3
"""By so much of its length a text grows."""
WORD = 5
"""Letters of an added word."""
_ACCENTS = str.maketrans(
    "aceinosuyzACEINOSUYZ",
    "áçéîñöšûýžÁÇÉÎÑÖŠÛÝŽ",
)
_KEPT = re.compile(
    r"\{[^{}]*\}"  # values
    r"|:[a-z_]+/[a-z_]+:|:[a-z]+\[|:[a-z-]+:"  # icons, colours and such of Markdown
    r"|<[^<>]+>|&[a-z]+;"  # HTML
    r"|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|https?://\S+"  # code, formulas, links
)


class PseudoTranslations(NullTranslations):
    """Accents every message, and makes it longer."""

    def gettext(self, message: str) -> str:
        """The message in the language that nobody speaks."""
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Likewise, for a number of things."""
        return pseudo(msgid1 if n == 1 else msgid2)


def pseudo(message: str) -> str:
    """An English message with accents on its letters, and longer."""
    parts, end = [], 0
    for kept in _KEPT.finditer(message):
        parts += [message[end : kept.start()].translate(_ACCENTS), kept[0]]
        end = kept.end()
    parts.append(message[end:].translate(_ACCENTS))
    whole = "".join(parts)
    more = "·" * round(len(message) * LONGER)
    # Longer words, and more of them: what is added begins within the last word.
    return whole + " ".join(more[at : at + WORD] for at in range(0, len(more), WORD))

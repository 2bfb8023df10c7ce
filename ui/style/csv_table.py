"""Tables as files: the one place where comma-separated text is written."""

import csv
import io
from collections.abc import Iterable, Sequence


def csv_text(heads: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as comma-separated text, a line of headings first.

    Args:
        heads: of the columns.
        rows: of cells; None is an empty cell, and what holds a comma is put in quotation marks.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(heads)
    table.writerows(rows)
    return text.getvalue()


def nine(number: float) -> str:
    """Return a number in nine significant digits, which tell one float32 from every other."""
    return f"{number:.9g}"

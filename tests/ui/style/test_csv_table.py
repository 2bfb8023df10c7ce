import csv
import io

import numpy as np

from ui.style.csv_table import csv_text, nine


def test_a_reader_of_tables_gets_back_what_was_written() -> None:
    rows = [("A, B", 1), ('a "quoted" word', None)]
    read = list(csv.reader(io.StringIO(csv_text(("what", "count"), rows))))
    assert read == [["what", "count"], ["A, B", "1"], ['a "quoted" word', ""]]
    assert csv_text(("only", "heads"), ()) == "only,heads\n"


def test_nine_digits_tell_neighbouring_numbers_apart() -> None:
    numbers = np.random.default_rng(0).normal(size=50).astype(np.float32)
    for number in numbers:
        assert np.float32(nine(float(number))) == number

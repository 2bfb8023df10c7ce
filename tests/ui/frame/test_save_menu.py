import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from model.evaluation.pictures import ZERO
from ui.frame.save_menu import as_csv, as_npy, picture
from ui.style.colours import ramp

shapes = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4)) | st.tuples(
    st.integers(1, 20)
)


def array(shape: tuple[int, ...], seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.normal(size=shape) * 10.0 ** random.integers(-30, 30)).astype(np.float32)


@given(shapes, st.integers(0, 999))
def test_a_table_gives_every_number_back_exactly(shape: tuple[int, ...], seed: int) -> None:
    values = array(shape, seed)
    header, *rows = csv.reader(io.StringIO(as_csv(values)))
    assert header == (
        ["unit", "value"] if len(shape) == 1 else ["channel", "row", "column", "value"]
    )
    back = np.full(shape, np.nan, np.float32)
    for *place, value in rows:
        at = [int(number) for number in place]
        back[tuple(at if len(shape) == 1 else (at[1], at[2], at[0]))] = np.float32(value)
    np.testing.assert_array_equal(back, values)


def test_an_array_gives_every_number_back() -> None:
    values = array((3, 4, 5), 1)
    np.testing.assert_array_equal(np.load(io.BytesIO(as_npy(values))), values)


def test_a_picture_shows_all_maps_large_enough_to_print() -> None:
    maps = np.zeros((13, 13, 20), np.float32)
    maps[0, 0, 19] = 2
    shown = np.asarray(Image.open(io.BytesIO(picture(maps, 2.0))).convert("RGBA"))
    edge = (13 + 2) * 8  # zoom 8: 104 pixels a map, two map pixels between maps
    assert shown.shape == (3 * edge - 16, 8 * edge - 16, 4)
    np.testing.assert_array_equal(shown[2 * edge, 3 * edge, :3], ramp()[ZERO + 127])
    np.testing.assert_array_equal(shown[0, 0], [255, 255, 255, 255])


@pytest.mark.parametrize(("shape", "labels"), [((2, 2, 3), 3), ((4,), 2)])
def test_a_vector_has_no_picture(shape: tuple[int, ...], labels: int) -> None:
    def script(shape: tuple[int, ...]) -> None:
        import numpy as np

        from ui.frame.save_menu import save_menu

        save_menu(np.ones(shape, np.float32), name="layer", key="save")

    app = AppTest.from_function(script, default_timeout=60, args=(shape,)).run()
    assert not app.exception
    assert len(app.get("download_button")) == labels

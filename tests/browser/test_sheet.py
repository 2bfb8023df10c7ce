"""The collection sheet as a browser prints it: one page of A4 that the app can read."""

import pytest
from playwright.sync_api import Browser

from model.classroom.digits.collection_sheet import COLUMNS, ROWS
from model.classroom.digits.sheet_photo import read_sheet
from ui.classroom.worksheets import SHEETS, document

pytestmark = pytest.mark.browser


def test_the_printed_sheet_is_one_page_and_is_read(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(document("collection", 1, False))
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert printed.count(b"/Type /Page\n") == 1
    reading = read_sheet(printed)
    assert (reading.problem, reading.blank) == (None, COLUMNS * ROWS)
    assert SHEETS["collection"].title

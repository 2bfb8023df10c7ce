"""HTML as a reader has it: texts, cells and attributes, however the tags are spelled."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
"""Elements that nothing ends."""
NOT_READ = frozenset({"script", "style"})
WITHIN_WORDS = frozenset({"a", "b", "code", "em", "i", "span", "strong", "sub", "sup"})
"""Elements that part no words; those of all others stand apart."""


def parsed(html: str) -> Element:
    """The elements of a piece of HTML, within one of our own.

    Raises:
        AssertionError: what is begun is not ended in its turn.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"never ended: {[each.tag for each in reader.open[1:]]}"
    return reader.open[0]


def text_of(html: str | Element) -> str:
    """What can be read, with one blank where there are more."""
    return " ".join(_raw(parsed(html) if isinstance(html, str) else html).split())


def rows_of(html: str) -> list[list[str]]:
    """The texts in the cells (`td`) of each row of all tables; a row without any is left out."""
    rows = [[text_of(cell) for cell in row.iter("td")] for row in parsed(html).iter("tr")]
    return [row for row in rows if row]


def attributes(html: str) -> set[tuple[str, str]]:
    """The names and values of all attributes, as `("data-digit", "7")`."""
    return {pair for element in parsed(html).iter() for pair in element.items()}


def _raw(element: Element) -> str:
    inside = "" if element.tag in NOT_READ else element.text or ""
    inside += "".join(_raw(child) + (child.tail or "") for child in element)
    return inside if element.tag in WITHIN_WORDS else f" {inside} "


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("html")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> ends a <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        last = self.open[-1]
        if len(last):
            last[-1].tail = (last[-1].tail or "") + data
        else:
            last.text = (last.text or "") + data

"""HTML and SVG as text: elements with escaped attributes, and what pages are put together from."""

from collections.abc import Sequence
from html import escape

from hyperadapters.report.summary import letter

__all__ = ["badge", "details", "element", "figure", "heading", "section", "table", "text"]


def text(value: object) -> str:
    """`value` as text inside an element."""
    return escape(str(value), quote=False)


def element(name: str, *content: str, **attributes: object) -> str:
    """One element.

    Args:
        content: its inside, already HTML.
        attributes: escaped here; `_` stands for `-`, a trailing `_` is dropped (`class_`). None is
            left out; a float has one decimal.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(content)}</{name}>"


def _value(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else escape(str(value))


def section(title: str, lead: str, *content: str) -> str:
    """A section of the page: a heading, a sentence below it (HTML, may be empty), the content."""
    intro = element("p", lead, class_="lead") if lead else ""
    return element("section", element("h2", text(title)), intro, *content)


def details(summary: str, *content: str) -> str:
    """Content that opens on demand."""
    return element("details", element("summary", text(summary)), *content)


def heading(label: str, **attributes: object) -> str:
    """The heading of a column; the label is HTML."""
    return element("th", label, **attributes, scope="col")


def table(head: Sequence[str], body: Sequence[str], above: str = "") -> str:
    """A table that scrolls where the page is narrow.

    Args:
        head: its headings.
        body: its rows.
        above: a row over the headings.
    """
    top = element("thead", above, element("tr", *head))
    return element("div", element("table", top, element("tbody", *body)), class_="scroll")


def figure(title: str, *drawn: str, width: float, height: float, **attributes: object) -> str:
    """An SVG under its title; what is drawn lies in `width` × `height`."""
    box = f"0 0 {width:g} {height:g}"
    svg = element("svg", *drawn, viewBox=box, role="img", aria_label=title, **attributes)
    return element("figure", element("figcaption", element("b", text(title))), svg)


def badge(place: int) -> str:
    """The letter and colour of the run at `place` (0-based); colours repeat after eight runs."""
    return element("span", letter(place), class_=f"badge c{place % 8}")

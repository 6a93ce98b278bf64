"""HTML and SVG as text: elements with escaped attributes, and the badge that stands for a run."""

from html import escape

from hyperadapters.report.summary import letter

__all__ = ["badge", "details", "element", "section", "text"]


def text(value: object) -> str:
    """`value` as text inside an element."""
    return escape(str(value), quote=False)


def element(name: str, *content: str, **attributes: object) -> str:
    """One element.

    Args:
        content: its inside, already HTML.
        attributes: escaped here; `_` stands for `-`, a trailing `_` is dropped (`class_`). None is
            left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(content)}</{name}>"


def section(title: str, lead: str, *content: str) -> str:
    """A section of the page: a heading, a sentence below it (HTML, may be empty), the content."""
    intro = element("p", lead, class_="lead") if lead else ""
    return element("section", element("h2", text(title)), intro, *content)


def details(summary: str, *content: str) -> str:
    """Content that opens on demand."""
    return element("details", element("summary", text(summary)), *content)


def badge(place: int) -> str:
    """The letter and colour of the run at `place` (0-based); colours repeat after eight runs."""
    return element("span", letter(place), class_=f"badge c{place % 8}")

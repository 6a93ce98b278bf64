"""Tables of Markdown, and the places of a page that programs write."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from hyperadapters.errors import DataError
from hyperadapters.machine.whole import write_text

__all__ = ["as_table", "put_into"]


def as_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under a head, as Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def put_into(page: Path, program: str, text: str) -> None:
    """Replaces what stands between the marks of a program, and leaves the rest of the page alone.

    Raises:
        DataError: the page lacks the marks.
    """
    start, end = f"<!-- written by `{program}` -->", f"<!-- /{program} -->"
    before, opened, rest = page.read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise DataError(
            f"the page has no place for `{program}`",
            where=str(page),
            expected=f"{start}, and {end} behind it",
        )
    write_text(page, f"{before}{start}\n\n{text}\n{end}{after}")

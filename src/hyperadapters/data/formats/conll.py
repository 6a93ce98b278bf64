"""CoNLL columns (MasakhaNER, WikiANN, UNER): a word and its label per line, blank lines between."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hyperadapters.data.formats.tagged import check_text
from hyperadapters.data.formats.text import read_lines
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged

__all__ = ["Columns", "read_conll"]

_LONGEST = 2000
"""Words that a sentence can have; a longer one means that the blank lines are missing."""

_COMMENT = re.compile(r"#\s+(?:[\w.:-]+(?:\s+\w+)?\s+=\s|newdoc\s*$|newpar\s*$)")
"""What a comment of CoNLL-U looks like: a key and its value, or a mark without one."""


@dataclass(frozen=True)
class Columns:
    """Which columns to read, 0-based, negative from the end.

    A file is split at tabs if half of its lines have one, else at spaces, of which any number may
    stand between two columns.

    Args:
        comments: lines that begin with this are left out (nothing by default: `#` can be a word).
            Comments of CoNLL-U such as `# text = ...` or `# newdoc` are known without it.
        prefix: cut from the front of each word (`yo:` for WikiANN's `yo:Ilé`).
    """

    word: int = 0
    label: int = -1
    comments: str = ""
    prefix: str = ""

    @property
    def least(self) -> int:
        """The fewest columns that a line can have."""
        reach = [place + 1 if place >= 0 else -place for place in (self.word, self.label)]
        return max(2, *reach)

    def leave_out(self, line: str) -> bool:
        """Whether a line is left out because of how it begins."""
        return bool(self.comments) and line.startswith(self.comments)


_USUAL = Columns()


def read_conll(path: Path, columns: Columns = _USUAL) -> list[Tagged]:
    """The sentences of a file, all lines of which have equally many columns.

    Raises:
        DataError: a line has too few columns or another number than most, a word or label is empty,
            blank lines are missing, or there is no sentence at all, or none with its words; with
            file and line.
    """
    found: list[Tagged] = []
    words: list[str] = []
    labels: list[str] = []
    for number, cells in [*_table(path, columns), (0, ())]:
        if cells:
            words.append(cells[columns.word].strip().removeprefix(columns.prefix))
            labels.append(cells[columns.label].strip())
            if not words[-1] or not labels[-1] or len(words) > _LONGEST:
                raise _faulty(words[-1], labels[-1], cells, f"{path}:{number}")
        elif words:
            found.append(Tagged(tuple(words), tuple(labels)))
            words, labels = [], []
    if not found:
        raise DataError(
            "the file holds no sentence", where=str(path), expected="lines `word label`"
        )
    check_text(found, path)
    return found


class _Shape(NamedTuple):
    """How the lines of a file are made: what stands between columns, how many of these there are,
    and the labels in them.
    """

    mark: str
    width: int
    labels: frozenset[str]

    def cells(self, line: str) -> list[str]:
        """What a line has in its columns."""
        return _cells(line, self.mark)

    def fits(self, line: str, cells: Sequence[str]) -> bool:
        """Whether a line is made as most are."""
        return len(cells) == self.width and (self.mark == "\t" or "\t" not in line)


def _shape(lines: Sequence[str], label: int) -> _Shape:
    """How most of some lines are made; `label` is the column of labels."""
    mark = "\t" if 2 * sum("\t" in line for line in lines) >= len(lines) else " "
    rows = [_cells(line, mark) for line in lines]
    (width, _), *_ = Counter(map(len, rows)).most_common(1) or [(0, 0)]
    reaches = -width <= label < width
    labels = {row[label].strip() for row in rows if reaches and len(row) == width}
    return _Shape(mark, width, frozenset(labels))


def _cells(line: str, mark: str) -> list[str]:
    return line.split("\t") if mark == "\t" else [cell for cell in line.split(" ") if cell]


def _table(path: Path, columns: Columns) -> Iterator[tuple[int, Sequence[str]]]:
    """The number and cells of every line that is no comment, without cells between sentences."""
    lines = [(n, line) for n, line in enumerate(read_lines(path), 1) if not _COMMENT.match(line)]
    told = [line for _, line in lines if not columns.leave_out(line) and not _ends(line)]
    shape = _shape(told, columns.label)
    for number, line in lines:
        cells, where = [] if _ends(line) else shape.cells(line), f"{path}:{number}"
        if not columns.leave_out(line):
            if cells and len(cells) < columns.least:
                raise _too_few(cells, columns.least, line, where)
            if cells and not shape.fits(line, cells):
                raise _uneven(cells, shape, line, where)
            yield number, cells
        elif (
            shape.labels
            and shape.fits(line, cells)
            and cells[columns.label].strip() in shape.labels
        ):
            raise _left_out(columns.comments, line, where)


def _ends(line: str) -> bool:
    """Whether a line ends a sentence."""
    return not line.strip() or line.startswith("-DOCSTART-")


def _too_few(cells: list[str], least: int, line: str, where: str) -> DataError:
    return DataError(
        "label missing" if len(cells) == 1 else "too few columns",
        where=where,
        expected=f"at least {least} columns, split at tabs or spaces",
        found=f"{len(cells)}: {line[:60]!r}",
        cause="a test file without labels, a line broken in two, or a blank lost before the label",
    )


def _uneven(cells: list[str], shape: _Shape, line: str, where: str) -> DataError:
    name = "tabs" if shape.mark == "\t" else "spaces"
    return DataError(
        "a line has other columns than most lines of the file",
        where=where,
        expected=f"{shape.width} columns, split at {name}",
        found=f"{len(cells)}: {line[:60]!r}",
        cause="a word with a blank in it, or a comment",
        remedy="put a tab between the columns of every line; of comments say how they begin, "
        '`comments: "#"`',
    )


def _left_out(comments: str, line: str, where: str) -> DataError:
    return DataError(
        f"a line that begins with `{comments}` is a word with its label, and no comment",
        where=where,
        expected="words that begin otherwise than comments do",
        found=repr(line[:60]),
        remedy="say more of how comments begin, or leave `comments` out: those of CoNLL-U "
        "(`# text = ...`) are known without it",
    )


def _faulty(word: str, label: str, cells: Sequence[str], where: str) -> DataError:
    if not (word and label):
        name = "label" if word else "word"
        found = repr(" ".join(cells)[:60])
        return DataError(f"{name} missing", where=where, expected="word and label", found=found)
    return DataError(
        f"no blank line in {_LONGEST:,} lines",
        where=where,
        expected="a blank line after each sentence",
        cause="the blank lines were lost, or hold other characters",
    )

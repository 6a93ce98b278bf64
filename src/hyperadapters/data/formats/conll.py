"""CoNLL columns (MasakhaNER, WikiANN, UNER): a word and its label per line, blank lines between."""

from dataclasses import dataclass
from pathlib import Path

from hyperadapters.data.formats.text import read_lines
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged

__all__ = ["Columns", "read_conll"]

_LONGEST = 2000
"""Words that a sentence can have; a longer one means that the blank lines are missing."""


@dataclass(frozen=True)
class Columns:
    """Which columns to read, 0-based, negative from the end; split at tabs, else at spaces.

    Args:
        comments: lines that begin with this are left out (`#` for UNER; nothing by default: `#`
            can be a word).
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


_USUAL = Columns()


def read_conll(path: Path, columns: Columns = _USUAL) -> list[Tagged]:
    """The sentences of a file.

    Raises:
        DataError: a line has too few columns, a word or label is empty, blank lines are
            missing, or there is no sentence at all; with file and line.
    """
    found: list[Tagged] = []
    words: list[str] = []
    labels: list[str] = []
    least = columns.least
    for number, line in enumerate([*read_lines(path), ""], 1):
        if columns.comments and line.startswith(columns.comments):
            continue
        if line.strip() and not line.startswith("-DOCSTART-"):
            cells = line.split("\t") if "\t" in line else [cell for cell in line.split(" ") if cell]
            if len(cells) < least:
                raise _too_few(cells, least, line, f"{path}:{number}")
            word = cells[columns.word].strip().removeprefix(columns.prefix)
            label = cells[columns.label].strip()
            if not word or not label or len(words) == _LONGEST:
                raise _faulty(word, label, line, f"{path}:{number}")
            words.append(word)
            labels.append(label)
        elif words:
            found.append(Tagged(tuple(words), tuple(labels)))
            words, labels = [], []
    if not found:
        raise DataError(
            "the file holds no sentence", where=str(path), expected="lines `word label`"
        )
    return found


def _too_few(cells: list[str], least: int, line: str, where: str) -> DataError:
    return DataError(
        "label missing" if len(cells) == 1 else "too few columns",
        where=where,
        expected=f"at least {least} columns, split at tabs or spaces",
        found=f"{len(cells)}: {line[:60]!r}",
        cause="a test file without labels, or a line broken in two",
    )


def _faulty(word: str, label: str, line: str, where: str) -> DataError:
    if not (word and label):
        name = "label" if word else "word"
        return DataError(
            f"{name} missing", where=where, expected="word and label", found=repr(line[:60])
        )
    return DataError(
        f"no blank line in {_LONGEST:,} lines",
        where=where,
        expected="a blank line after each sentence",
        cause="the blank lines were lost, or hold other characters",
    )

"""CoNLL-U: labels of words for tagging, and whole trees through the `conllu` library."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import conllu

from hyperadapters.data.formats.text import read_lines
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged

__all__ = ["Tree", "read_conllu", "read_trees"]

Tree = Any
"""A `conllu.TokenList`, which checkers of types at run time do not understand."""

_COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")


def read_conllu(path: Path, column: str = "upos") -> list[Tagged]:
    """The words of each sentence with the labels of one column; multiword and empty nodes left out.

    Does not build trees: that takes ten times as long.

    Args:
        column: `upos`, `xpos` or `deprel`.

    Raises:
        DataError: as `read_trees`, or a word has no label.
    """
    place = _COLUMNS.index(column)
    found = []
    for first, block in _blocks(path):
        rows = [row for row in _rows(block, path, first) if row[1][0].isdecimal()]
        for number, cells in rows:
            if cells[place] in ("", "_"):
                raise DataError(
                    "label missing",
                    where=f"{path}:{number}",
                    expected=f"a label in column {column.upper()} of every word",
                    found=f"`{cells[place]}` at the word `{cells[1]}`",
                )
        words = tuple(cells[1] for _, cells in rows)
        found.append(Tagged(words, tuple(cells[place] for _, cells in rows)))
    return found


def read_trees(path: Path) -> Iterator[Tree]:
    """Every sentence with all its columns (`head` an integer, `deprel`, ...), nodes and comments.

    Raises:
        DataError: a line has not 10 columns, a blank line between sentences is missing, a column is
            malformed, or there is no sentence at all; with file and line.
    """
    for first, block in _blocks(path):
        _rows(block, path, first)
        try:
            yield conllu.parse("\n".join(block), fields=_COLUMNS)[0]
        except conllu.exceptions.ParseException as fault:
            raise DataError(
                "a sentence cannot be parsed", where=f"{path}:{first}", found=str(fault)
            ) from None


def _blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of each sentence, with the number of the first."""
    block: list[str] = []
    sentences = 0
    for number, line in enumerate([*read_lines(path), ""], 1):
        if line.strip():
            block.append(line)
            continue
        if any(not part.startswith("#") for part in block):
            yield number - len(block), block
            sentences += 1
        block = []
    if not sentences:
        raise DataError("the file holds no sentence", where=str(path), expected="CoNLL-U")


def _rows(block: list[str], path: Path, first: int) -> list[tuple[int, list[str]]]:
    """The cells of each line that is no comment, with the line's number."""
    found = []
    words = 0
    for number, line in enumerate(block, first):
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(_COLUMNS):
            raise DataError(
                "wrong number of columns",
                where=f"{path}:{number}",
                expected="10 columns between tabs (CoNLL-U)",
                found=f"{len(cells)}: {line[:60]!r}",
                cause="spaces in place of tabs, or another format",
                remedy="for two columns `word label` use `format: conll`",
            )
        if cells[0].isdecimal():
            words += 1
            if cells[0] != str(words):
                fault = (
                    "a line is lost" if cells[0] != "1" else "no blank line between two sentences"
                )
                raise DataError(
                    f"word ids do not count 1, 2, 3, ...: {fault}",
                    where=f"{path}:{number}",
                    expected=f"word {words}",
                    found=f"word {cells[0]}",
                )
        found.append((number, cells))
    return found

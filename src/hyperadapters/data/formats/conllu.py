"""CoNLL-U: the lines of sentences and their cells, checked; labels of words for tagging."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from hyperadapters.data.formats.tagged import check_text
from hyperadapters.data.formats.text import read_lines
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged

__all__ = ["COLUMNS", "blocks", "cells_of", "read_conllu", "words_of"]

COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")


def read_conllu(path: Path, column: str = "upos") -> list[Tagged]:
    """The words of each sentence with the labels of one column; multiword and empty nodes left out.

    A word with `_` in the column has None for a label. Does not look at trees.

    Args:
        column: `upos`, `xpos` or `deprel`.

    Raises:
        DataError: as `cells_of`, or there is no sentence, or no word has a label, or the words are
            missing.
    """
    place = COLUMNS.index(column)
    found = []
    for first, block in blocks(path):
        rows = words_of(block, f"{path}:", first)
        for number, cells in rows:
            if not cells[place].strip():
                raise _unlabelled(column, cells, f"{path}:{number}")
        words = tuple(cells[1] for _, cells in rows)
        labels = (cells[place] for _, cells in rows)
        found.append(Tagged(words, tuple(None if one == "_" else one for one in labels)))
    check_text(found, path)
    if not any(label for one in found for label in one.labels):
        raise _unlabelled(column, ["1", *found[0].words], str(path))
    return found


def _unlabelled(column: str, cells: Sequence[str], where: str) -> DataError:
    """A word without a label."""
    return DataError(
        "label missing",
        where=where,
        expected=f"a label in column {column.upper()}, or `_` at some of the words",
        found=f"none at the word `{cells[1]}`",
        cause="the treebank lacks this column, or the line is damaged",
    )


def blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of each sentence, with the number of the first.

    Raises:
        DataError: there is no sentence at all.
    """
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


def words_of(block: Sequence[str], where: str, first: int = 1) -> list[tuple[int, list[str]]]:
    """The cells of the line of each word, with the line's number; as `cells_of`."""
    return [row for row in cells_of(block, where, first) if row[1][0].isdecimal()]


def cells_of(block: Sequence[str], where: str, first: int = 1) -> list[tuple[int, list[str]]]:
    """The cells of each line of a sentence that is no comment, with the line's number.

    Args:
        block: its lines.
        where: they are; the number of a line follows on it: `file.conllu:`, or `line `.
        first: the number of the first.

    Raises:
        DataError: a line has not 10 columns, an id is malformed or out of order, a form is empty,
            or a blank line between sentences is missing.
    """
    found = []
    words = reach = 0
    for number, line in enumerate(block, first):
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            raise DataError(
                "wrong number of columns",
                where=f"{where}{number}",
                expected="10 columns between tabs (CoNLL-U)",
                found=f"{len(cells)}: {line[:60]!r}",
                cause="spaces in place of tabs, or another format",
                remedy="for two columns `word label` use `format: conll`",
            )
        if not cells[1].strip():
            raise DataError(
                "word missing",
                where=f"{where}{number}",
                expected="a form in the second column, `_` where the word itself is that",
                found=repr(line[:60]),
            )
        words, reach = _counted(cells[0], words, reach, f"{where}{number}")
        found.append((number, cells))
    if not words or reach > words:
        raise DataError(
            "a line is lost",
            where=f"{where}{first + len(block) - 1}",
            expected=f"word {words + 1} before the sentence ends",
            found=f"{words} words",
        )
    return found


_ID = re.compile(
    "(?P<word>[1-9][0-9]*)|(?P<begin>[1-9][0-9]*)-(?P<end>[1-9][0-9]{0,6})"
    "|(?P<after>0|[1-9][0-9]*)[.][1-9][0-9]*"
)
"""Ids of a word, of the words that a form stands for together, and of an empty node."""


def _counted(name: str, words: int, reach: int, where: str) -> tuple[int, int]:
    """How many words there are with the line of this id, and how many its sentence must have.

    Raises:
        DataError: it is no id, or none that can follow on so many words.
    """
    match = _ID.fullmatch(name)
    if match is None:
        raise DataError(
            "the id of a word is malformed",
            where=where,
            expected=f"`{words + 1}`, or as in `3-4` or `8.1`",
            found=f"`{name[:60]}`",
        )
    if str(words) == match["after"]:
        return words, reach
    if str(words + 1) == match["word"]:
        return words + 1, reach
    if str(words + 1) == match["begin"]:
        return words, max(reach, int(match["end"]))
    fault = "no blank line between two sentences" if name == "1" else "a line is lost"
    raise DataError(
        f"word ids do not count 1, 2, 3, ...: {fault}",
        where=where,
        expected=f"word {words + 1}",
        found=f"word {name[:60]}",
    )

"""CoNLL-U (Universal Dependencies), parsed by the `conllu` library after a check that can name the
line.
"""

from collections.abc import Iterator
from pathlib import Path

import conllu
from conllu import TokenList
from conllu.parser import parse_id_value, parse_int_value

from hyperadapters.data.corpora import Tagged
from hyperadapters.data.formats.text import read_lines
from hyperadapters.errors import DataError

__all__ = ["read_conllu", "read_trees"]

_COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
# features, enhanced edges and the like stay text: parsing them takes two thirds of the time
_PARSERS = {
    **{name: lambda row, place: row[place] for name in _COLUMNS},
    "id": lambda row, place: parse_id_value(row[place]),
    "head": lambda row, place: parse_int_value(row[place]),
}


def read_conllu(path: Path, column: str = "upos") -> list[Tagged]:
    """The words of each sentence with the labels of one column; multiword and empty nodes are left
    out.

    Args:
        column: `upos`, `xpos` or `deprel`.

    Raises:
        DataError: as `read_trees`, or a word has no label.
    """
    found = []
    for line, tree in _trees(path):
        rows = [token for token in tree if isinstance(token["id"], int)]
        for row in rows:
            if not row[column] or row[column] == "_":
                raise DataError(
                    "label missing",
                    where=f"{path}:{line}",
                    expected=f"a label in column {column.upper()} of every word",
                    found=f"`_` at word {row['id']} (`{row['form']}`) of the sentence that begins there",
                )
        words = tuple(str(row["form"]) for row in rows)
        found.append(Tagged(words, tuple(str(row[column]) for row in rows)))
    return found


def read_trees(path: Path) -> Iterator[TokenList]:
    """Every sentence with all its columns (`head` an integer, `deprel`, ...), all nodes, and its
    comments.

    Raises:
        DataError: a line has not 10 columns, a blank line between sentences is missing, a column is
            malformed, or there is no sentence at all; with file and line.
    """
    return (tree for _, tree in _trees(path))


def _trees(path: Path) -> Iterator[tuple[int, TokenList]]:
    """Sentences with the number of their first line."""
    block: list[str] = []
    first, sentences = 1, 0
    for number, line in enumerate([*read_lines(path), ""], 1):
        if line.strip():
            block.append(line)
            continue
        if any(not line.startswith("#") for line in block):
            yield first, _parse(block, path, first)
            sentences += 1
        block, first = [], number + 1
    if not sentences:
        raise DataError("the file holds no sentence", where=str(path), expected="CoNLL-U")


def _parse(block: list[str], path: Path, first: int) -> TokenList:
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
            _check_id(cells[0], words, f"{path}:{number}")
    try:
        return conllu.parse("\n".join(block), fields=_COLUMNS, field_parsers=_PARSERS)[0]
    except (conllu.exceptions.ParseException, IndexError) as fault:
        raise DataError(
            "a sentence cannot be parsed", where=f"{path}:{first}", found=str(fault)
        ) from None


def _check_id(found: str, expected: int, where: str) -> None:
    if int(found) == expected:
        return
    raise DataError(
        "no blank line between two sentences"
        if found == "1"
        else "word ids do not count 1, 2, 3, ...",
        where=where,
        expected=f"word {expected}",
        found=f"word {found}",
        cause="a line was lost" if found != "1" else None,
    )

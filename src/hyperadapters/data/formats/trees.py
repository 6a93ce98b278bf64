"""Dependency trees in CoNLL-U: read and checked, and written into lines that stay as they are."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from hyperadapters.data.formats.conllu import COLUMNS, blocks, cells_of, words_of
from hyperadapters.data.formats.tagged import check_text
from hyperadapters.errors import DataError
from hyperadapters.examples import Tree

__all__ = ["blank", "is_conllu", "read_trees", "sentences_in", "unparsed", "written"]

_HEAD, _LABEL = COLUMNS.index("head"), COLUMNS.index("deprel")
_NUMBER = re.compile("0|[1-9][0-9]{0,6}")
_ROW = re.compile(r"[0-9][0-9.\-]*\t")
_NOTHING = "_"
"""What stands in a column that says nothing."""


def read_trees(path: Path) -> list[Tree]:
    """The trees of a file. Ranges of words (`3-4`) and empty nodes (`8.1`) are no part of them.

    Raises:
        DataError: as `cells_of`; or a head is no number or beyond the sentence, a sentence has no
            root or several, heads lead round in a circle, or a label is missing; with file and
            line. Or there is no sentence, or the words are missing.
    """
    found = [_tree(block, f"{path}:", first) for first, block in blocks(path)]
    check_text(found, path)
    return found


def _tree(block: Sequence[str], where: str, first: int) -> Tree:
    rows = words_of(block, where, first)
    heads = [_head(cells, len(rows), f"{where}{number}") for number, cells in rows]
    for number, cells in rows:
        if not cells[_LABEL].strip() or cells[_LABEL] == _NOTHING:
            raise DataError(
                "label missing",
                where=f"{where}{number}",
                expected="the relation of the word to its head, such as `nsubj`, in column DEPREL",
                found=f"{cells[_LABEL]!r} at the word `{cells[1]}`",
            )
    _check_root(heads, rows, where)
    _check_circles(heads, rows, where)
    words = tuple(cells[1] for _, cells in rows)
    return Tree(words, tuple(heads), tuple(cells[_LABEL] for _, cells in rows))


def _head(cells: Sequence[str], words: int, where: str) -> int:
    text = cells[_HEAD]
    if _NUMBER.fullmatch(text) and int(text) <= words:
        return int(text)
    fault = "is no word of its sentence" if _NUMBER.fullmatch(text) else "is no number"
    raise DataError(
        f"the head of a word {fault}",
        where=where,
        expected=f"0 for the root, or the id of a word, 1 to {words}, in column HEAD",
        found=f"`{text[:60]}` at the word `{cells[1]}`",
        cause="the treebank has no trees, or the line is damaged",
    )


def _check_root(heads: Sequence[int], rows: Sequence[tuple[int, list[str]]], where: str) -> None:
    """Raises unless one word has the head 0."""
    roots = [place for place, head in enumerate(heads) if head == 0]
    if len(roots) == 1:
        return
    number = rows[roots[1] if roots else 0][0]
    named = ", ".join(f"`{rows[place][1][1]}`" for place in roots[:5])
    raise DataError(
        f"a sentence has {'several roots' if roots else 'no root'}",
        where=f"{where}{number}",
        expected="head 0 at exactly one word",
        found=f"{len(roots)}: {named}" if roots else f"none at {len(heads)} words",
    )


def _check_circles(heads: Sequence[int], rows: Sequence[tuple[int, list[str]]], where: str) -> None:
    """Raises unless the heads of every word lead to the root."""
    settled = {0}
    for start in range(1, len(heads) + 1):
        way: dict[int, None] = {}
        word = start
        while word not in settled and word not in way:
            way[word] = None
            word = heads[word - 1]
        if word in way:
            circle = [*way][[*way].index(word) :]
            number = rows[min(circle) - 1][0]
            raise DataError(
                "heads lead round in a circle",
                where=f"{where}{number}",
                expected="a tree: the heads of every word lead to the root",
                found=" -> ".join(f"`{rows[place - 1][1][1]}`" for place in (*circle, word)[:8]),
            )
        settled.update(way)


def is_conllu(text: str) -> bool:
    """Whether a line of a text begins as those of CoNLL-U: with an id and a tab."""
    return any(_ROW.match(line) for line in text.split("\n"))


def unparsed(lines: Sequence[str], where: str = "line ", first: int = 1) -> Tree:
    """The words of a sentence in CoNLL-U with its lines; what its tree is does not count.

    Raises:
        DataError: as `cells_of`.
    """
    words = tuple(cells[1] for _, cells in words_of(lines, where, first))
    return Tree(words, (), (), tuple(lines))


def blank(words: Sequence[str]) -> tuple[str, ...]:
    """The lines of a sentence of which only its words are known."""
    rest = "\t".join([_NOTHING] * (len(COLUMNS) - 2))
    return tuple(f"{place}\t{word}\t{rest}" for place, word in enumerate(words, 1))


def written(lines: Sequence[str], arcs: Sequence[tuple[int, str] | None]) -> Iterator[str]:
    """The lines of a sentence with the head and the label of each word; all else as it is.

    Args:
        lines: of its CoNLL-U; of nothing there are none.
        arcs: head and label per word; None where there is none, which gives `_`.
    """
    rows = cells_of(lines, "line ") if lines else []
    words = [number for number, cells in rows if cells[0].isdecimal()]
    own: Mapping[int, tuple[int, str] | None] = dict(zip(words, arcs, strict=True))
    for number, line in enumerate(lines, 1):
        if number not in own:
            yield line
            continue
        cells = line.split("\t")
        head, label = own[number] or (_NOTHING, _NOTHING)
        cells[_HEAD], cells[_LABEL] = str(head), label
        yield "\t".join(cells)


def sentences_in(lines: Iterable[str]) -> Iterator[str]:
    """The lines of each sentence in CoNLL-U as one text, any other line as a text of its own.

    Blank lines end sentences; those that end none are empty texts.

    Raises:
        DataError: as `cells_of`; the message has the number of the line.
    """
    block: list[str] = []
    number = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            block.append(line)
            continue
        found = _sentences(block, number - len(block))
        yield from found
        if not any(map(is_conllu, found)):
            yield ""
        block = []
    yield from _sentences(block, number + 1 - len(block))


def _sentences(block: list[str], first: int) -> list[str]:
    """One text of lines without a blank one among them, or several; `first` is their number."""
    whole = "\n".join(block)
    if not is_conllu(whole):
        return block
    cells_of(block, "line ", first)
    return [whole]

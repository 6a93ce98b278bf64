"""Trees in CoNLL-U: what is read, a line number for every fault, and lines written back."""

from pathlib import Path

import conllu
import networkx
import pytest

from hyperadapters.data.formats.trees import (
    blank,
    is_conllu,
    read_trees,
    sentences_in,
    unparsed,
    written,
)
from hyperadapters.errors import DataError
from hyperadapters.examples import Tree

HAND = Path(__file__).parents[2] / "trees"


def row(number: str, form: str, head: str = "0", label: str = "root", misc: str = "_") -> str:
    return f"{number}\t{form}\t_\tX\t_\t_\t{head}\t{label}\t_\t{misc}"


RANGES = [
    "# text = vámonos al mar",
    row("1-2", "vámonos", "_", "_"),
    row("1", "vamos"),
    row("1.1", "todos", "_", "_"),
    row("2", "nos", "1", "obj"),
    row("3", "mar", "1", "obl"),
]


def file(folder: Path, *lines: str) -> Path:
    path = folder / "tree.conllu"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_ranges_and_empty_nodes_are_no_part_of_a_tree(tmp_path: Path) -> None:
    expected = Tree(("vamos", "nos", "mar"), (0, 1, 1), ("root", "obj", "obl"))
    assert read_trees(file(tmp_path, *RANGES, "", row("1", "Sí"))) == [
        expected,
        Tree(("Sí",), (0,), ("root",)),
    ]


ONE = row("1", "a")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([ONE, row("2", "b", "x", "obj")], r"is no number.*:2.*1 to 2.*`x` at the word `b`"),
        ([ONE, row("2", "b", "_", "_")], r"is no number.*:2.*`_` at the word `b`"),
        ([ONE, row("2", "b", "", "obj")], r"is no number.*:2"),
        ([ONE, row("2", "b", "-1", "obj")], r"is no number.*:2"),
        ([ONE, row("2", "b", "1.1", "obj")], r"is no number.*:2"),
        ([ONE, row("2", "b", "٢", "obj")], r"is no number.*:2"),
        ([ONE, row("2", "b", "3", "obj")], r"is no word of its sentence.*:2.*1 to 2.*`3`"),
        ([ONE, row("2", "b", "9" * 5000, "x")], r"is no number.*:2"),
        ([ONE, row("2", "b")], r"several roots.*:2.*exactly one word.*2: `a`, `b`"),
        ([row("1", "a", "2", "x"), row("2", "b", "1", "x")], r"no root.*:1.*none at 2 words"),
        (
            [ONE, row("2", "b", "3", "x"), row("3", "c", "2", "x")],
            r"round in a circle.*:2.*`b` -> `c` -> `b`",
        ),
        ([ONE, row("2", "b", "2", "x")], r"round in a circle.*:2.*`b` -> `b`"),
        ([ONE, row("2", "b", "1", "_")], r"label missing.*:2.*DEPREL.*'_' at the word `b`"),
        ([ONE, row("2", "b", "1", "")], r"label missing.*:2"),
        ([ONE, row("2", "b", "1", " ")], r"label missing.*:2"),
        ([ONE, "2\tb"], r"wrong number of columns.*:2.*found: 2"),
        ([ONE, row("x", "b", "1", "x")], r"the id of a word is malformed.*:2.*`x`"),
        ([ONE, row("3", "b", "1", "x")], r"a line is lost.*:2.*word 2"),
        ([ONE, ONE], r"no blank line between two sentences.*:2"),
        (["# text = a"], r"the file holds no sentence"),
        ([row("1", "_")], r"the words are missing"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(DataError, match=rf"(?s){message}") as caught:
        read_trees(file(tmp_path, *lines))
    assert "tree.conllu" in str(caught.value)


def test_a_fault_behind_ranges_and_comments_has_its_own_line(tmp_path: Path) -> None:
    lines = [*RANGES, "", "# another", row("1-2", "ab", "_", "_"), ONE, row("2", "b", "7", "x")]
    with pytest.raises(DataError, match=r"tree\.conllu:11"):
        read_trees(file(tmp_path, *lines))


def test_the_hand_written_trees() -> None:
    trees = {path.name[:2]: read_trees(path) for path in sorted(HAND.glob("*.conllu"))}
    assert {code: len(found) for code, found in trees.items()} == {"de": 7, "en": 7, "tr": 6}
    for tree in (tree for found in trees.values() for tree in found):
        assert (tree.labels[tree.heads.index(0)], tree.labels.count("root")) == ("root", 1)


def test_lines_are_written_back_as_they_were() -> None:
    for path in sorted(HAND.glob("*.conllu")):
        text = path.read_text(encoding="utf-8")
        blocks = [part.split("\n") for part in text.split("\n\n") if part]
        for block, tree in zip(blocks, read_trees(path), strict=True):
            arcs = list(zip(tree.heads, tree.labels, strict=True))
            assert list(written(block, arcs)) == block


def test_only_head_and_relation_change_and_misc_is_not_cut() -> None:
    misc = "Link=a=b|X=|Note=1|Note=2"
    lines = [*RANGES[:2], row("1", "vamos", misc=misc), *RANGES[3:]]
    found = list(written(lines, [(3, "x:y"), None, (0, "root")]))
    assert found[2] == row("1", "vamos", "3", "x:y", misc)
    assert found[4] == row("2", "nos", "_", "_")
    assert found[5] == row("3", "mar", "0", "root")
    assert [found[n] for n in (0, 1, 3)] == [lines[n] for n in (0, 1, 3)]


def test_words_alone_become_lines() -> None:
    assert blank(("Ada", "reads")) == (
        "1\tAda\t_\t_\t_\t_\t_\t_\t_\t_",
        "2\treads\t_\t_\t_\t_\t_\t_\t_\t_",
    )
    assert unparsed(blank(("Ada", "reads"))) == Tree(
        ("Ada", "reads"), (), (), blank(("Ada", "reads"))
    )


def test_a_sentence_that_is_to_be_parsed_needs_no_tree() -> None:
    lines = [ONE, row("2", "b", "_", "_"), row("3", "c", "x", "")]
    assert unparsed(lines).words == ("a", "b", "c")
    with pytest.raises(DataError, match=r"(?s)a line is lost.*where: line 2"):
        unparsed([ONE, row("3", "b")])


def test_lines_are_taken_together_by_sentence() -> None:
    lines = [*RANGES, "", "", "Ada reads", "#tag it", "", ONE]
    expected = ["\n".join(RANGES), "", "Ada reads", "#tag it", "", ONE]
    assert list(sentences_in(lines)) == expected
    assert list(sentences_in([])) == []
    assert [is_conllu(text) for text in expected] == [True, False, False, False, False, True]
    assert not is_conllu("tr\tAda reads")


def test_a_damaged_sentence_among_lines_names_its_line() -> None:
    with pytest.raises(DataError, match=r"(?s)wrong number of columns.*where: line 9"):
        list(sentences_in([*RANGES, "", ONE, "2 b"]))


@pytest.mark.realdata
def test_every_real_tree_is_read_as_the_library_reads_it(data_root: Path) -> None:
    moved = sentences = 0
    for name in ("UD_Tamil-TTB", "UD_Turkish-IMST"):
        for path in sorted((data_root / "ud" / name).glob("*-dev.conllu")):
            trees = read_trees(path)
            lists = conllu.parse(path.read_text(encoding="utf-8"))
            for tree, tokens in zip(trees, lists, strict=True):
                words = [token for token in tokens if isinstance(token["id"], int)]
                assert list(tree.words) == [token["form"] for token in words]
                assert list(tree.heads) == [token["head"] for token in words]
                assert list(tree.labels) == [token["deprel"] for token in words]
                arcs = [(head, word) for word, head in enumerate(tree.heads, 1)]
                assert networkx.is_arborescence(networkx.DiGraph(arcs))
                sentences += 1
                moved += any(token["id"] != place + 1 for place, token in enumerate(tokens))
    assert sentences == 80 + 1100
    assert moved > 100  # where a word's place among all lines is not its id - 1


@pytest.mark.realdata
def test_real_sentences_are_written_back_byte_for_byte(data_root: Path) -> None:
    for path in sorted(data_root.glob("ud/UD_T*/*-dev.conllu")):
        text = path.read_text(encoding="utf-8")
        found = []
        for block in sentences_in(text.removesuffix("\n").split("\n")):
            cells = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
            arcs = [(int(one[6]), one[7]) for one in cells if one[0].isdecimal()]
            found.append("".join(f"{line}\n" for line in written(block.split("\n"), arcs)) + "\n")
        assert "".join(found) == text

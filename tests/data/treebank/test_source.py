"""The built-in trees are trees as Universal Dependencies has them, apart by split, and few."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import networkx
import pytest

from hyperadapters.data import SPLITS, BuiltInTrees, Tagged, Tree
from hyperadapters.data.formats.conllu import COLUMNS, blocks, cells_of
from hyperadapters.data.treebank import source
from hyperadapters.errors import UnknownName
from hyperadapters.routes import Route

LANGUAGES = ("de", "en", "tr")
SIZES = {"train": 6, "dev": 2, "test": 2}
UPOS = set("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split())
"""The seventeen of https://universaldependencies.org/u/pos/."""
RELATIONS = set(
    "acl advcl advmod amod appos aux case cc ccomp clf compound conj cop csubj dep det discourse "
    "dislocated expl fixed flat goeswith iobj list mark nmod nsubj nummod obj obl orphan parataxis "
    "punct reparandum root vocative xcomp".split()
)
"""The thirty-seven of https://universaldependencies.org/u/dep/."""
SUBTYPES = {"acl:relcl", "det:poss", "nmod:poss"}
"""Those that are used, which are in the lists of their languages."""
LEAVES = {"aux", "case", "cc", "cop", "det", "det:poss", "mark", "punct"}
"""Relations of words on which nothing depends here."""


def corpus(language: str, split: str, content: str = "trees") -> Sequence[Tree]:
    return BuiltInTrees(content=content).read("t", Route.of(language), split, None).examples


def sentences(language: str, split: str) -> list[list[str]]:
    file = Path(source.__file__).parent / f"{language}-{split}.conllu"
    return [block for _, block in blocks(file)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_are_trees_of_universal_dependencies(language: str) -> None:
    assert (len(UPOS), len(RELATIONS)) == (17, 37)
    for split in SPLITS:
        trees, tags = corpus(language, split), corpus(language, split, "upos")
        for tree, tagged in zip(trees, tags, strict=True):
            assert isinstance(tagged, Tagged) and tagged.words == tree.words
            graph = networkx.DiGraph((head, n) for n, head in enumerate(tree.heads, 1))
            assert networkx.is_arborescence(graph) and graph.out_degree(0) == 1
            for number, (head, label) in enumerate(zip(tree.heads, tree.labels, strict=True), 1):
                assert label in RELATIONS | SUBTYPES and (label == "root") == (head == 0)
                assert label not in LEAVES or graph.out_degree(number) == 0
            assert set(tagged.labels) <= UPOS
            marks = [label == "punct" for label in tree.labels]
            assert [one == "PUNCT" for one in tagged.labels] == marks and marks[-1]


@pytest.mark.parametrize(("language", "split"), [*product(LANGUAGES, SPLITS)])
def test_a_sentence_says_its_language_split_and_text(language: str, split: str) -> None:
    found = sentences(language, split)
    assert len(found) == SIZES[split]
    for number, (name, text, *rows) in enumerate(found, 1):
        assert name == f"# sent_id = {language}-{split}-{number}"
        surface, inside = "", 0
        for _, cells in cells_of(rows, "line "):
            row = dict(zip(COLUMNS, cells, strict=True))
            first, _, last = row["id"].partition("-")
            if last or int(first) > inside:
                inside = int(last or first)
                surface += row["form"] + ("" if row["misc"] == "SpaceAfter=No" else " ")
        assert text == f"# text = {surface.rstrip()}"


def test_no_sentence_is_in_two_splits() -> None:
    every = [tree.words for where in product(LANGUAGES, SPLITS) for tree in corpus(*where)]
    assert len(set(every)) == len(every) == 30


def test_what_there_is_not() -> None:
    assert BuiltInTrees().routes(None) == tuple(map(Route.of, LANGUAGES))
    assert not BuiltInTrees().has(Route.of("sw"), "train", None)
    with pytest.raises(UnknownName, match="unknown language `sw`(.|\\n)*de, en, tr"):
        corpus("sw", "train")
    limited = BuiltInTrees(limit={"train": 4})
    assert len(limited.read("t", Route.of("tr"), "train", None)) == 4

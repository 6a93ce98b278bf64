"""Attachment scores against their definition in the evaluation of CoNLL 2018."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from conll18 import official
from hyperadapters.data.formats.trees import read_trees
from hyperadapters.metrics import METRICS, Arc, Las, Uas
from hyperadapters.tasks.parsing import RELATIONS

GOLD = [Arc(2, "nsubj"), Arc(0, "root"), Arc(2, "obj"), Arc(2, "punct")]
FOUND = [Arc(2, "obj"), Arc(0, "root"), Arc(2, "obj"), None]


def test_all_words_count_and_a_word_without_an_arc_is_wrong() -> None:
    for metric in (METRICS["las"], METRICS["uas"]):
        assert metric.statistics(GOLD, FOUND) == (3.0, 2.0, 4.0)
        assert metric.width == 3
    assert (METRICS["las"].score((3.0, 2.0, 4.0)), METRICS["uas"].score((3.0, 2.0, 4.0))) == (
        0.5,
        0.75,
    )
    assert METRICS["las"].score((0.0, 0.0, 0.0)) == 0.0


def test_a_right_relation_under_a_wrong_head_is_wrong() -> None:
    assert Las().statistics([Arc(1, "obj")], [Arc(2, "obj")]) == (0.0, 0.0, 1.0)


def test_each_says_the_other_and_how_labels_are_read() -> None:
    assert Las().beside((3.0, 2.0, 4.0)) == "uas: 75.0; labels cut at `:`"
    assert Uas("all").beside((3.0, 2.0, 4.0)) == "las: 50.0; labels as they are"
    assert (Las().variant, Las("all").variant, Uas("all").variant) == ("", "all labels", "")


def damaged(text: str, seed: int) -> str:
    """The same words, some under another head or relation."""
    generator = torch.Generator().manual_seed(seed)
    lines = []
    for line in text.split("\n"):
        cells = line.split("\t")
        if len(cells) == 10 and cells[0].isdecimal():
            draw = torch.rand(3, generator=generator).tolist()
            if draw[0] < 0.3:
                cells[6] = str(int(cells[0]) - 1)
            if draw[1] < 0.2:
                cells[7] = "obj"
            if draw[2] < 0.2:
                cells[7] = cells[7].split(":")[0] + ":new"
        lines.append("\t".join(cells))
    return "\n".join(lines)


def arcs(text: str, relations: str) -> list[list[Arc]]:
    read = RELATIONS[relations]
    found = []
    for block in text.strip("\n").split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if line[0].isdecimal()]
        found.append([Arc(int(r[6]), read(r[7])) for r in rows if r[0].isdecimal()])
    return found


def totals(metric: Las | Uas, gold: Sequence[list[Arc]], found: Sequence[list[Arc]]) -> list[float]:
    each = [metric.statistics(*pair) for pair in zip(gold, found, strict=True)]
    return [sum(column) for column in zip(*each, strict=True)]


@pytest.mark.realdata
@pytest.mark.parametrize("treebank", ["UD_Tamil-TTB/ta_ttb", "UD_Maltese-MUDT/mt_mudt"])
def test_scores_of_real_trees_are_those_of_conll_2018(data_root: Path, treebank: str) -> None:
    path = data_root / "ud" / f"{treebank}-ud-dev.conllu"
    gold = path.read_text(encoding="utf-8")
    found = damaged(gold, seed=1)
    sums = totals(Las(), arcs(gold, "universal"), arcs(found, "universal"))
    expected = official(gold, found)
    assert (Uas().score(tuple(sums)), Las().score(tuple(sums))) == pytest.approx(expected)
    assert 0.3 < expected[1] < expected[0] < 0.9
    whole = totals(Las("all"), arcs(gold, "all"), arcs(found, "all"))
    assert whole[1] < sums[1]
    assert sum(len(tree.words) for tree in read_trees(path)) == sums[2]

"""Scoring a real tiny model: order, modes, schedules, and the standing of cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import tiny
import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.config.run_file import Pretraining
from hyperadapters.context import Row
from hyperadapters.data.corpora import Corpus
from hyperadapters.errors import ConfigError, DataError, UnknownName
from hyperadapters.forms import Form
from hyperadapters.metrics import Accuracy, Loss, Metric, Statistics
from hyperadapters.model.adapt import adapt
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.schedules import Cycle, Fixed
from hyperadapters.scoring.evaluation import cells_of, evaluate, score
from hyperadapters.tasks.base import Encoded, Share, Task, View
from systems import HYPER_X

ROWS = [Row(task="probe", language=name) for name in ("en", "tr")]


@dataclass(frozen=True)
class Sums(Task):
    """Statistics that tell examples, rows and modes apart: the sum of the hidden states of each."""

    name: str = "probe"
    metric: Metric = Accuracy()
    head: Form | None = None

    def encode(self, tokenizer: Any, example: Any, length: int) -> Encoded:
        raise TypeError("not needed")

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Tensor | None]:
        mask = [[place < len(one) for place in range(tokens)] for one in encoded]
        noise = torch.rand(1, generator=generator).expand(len(encoded))
        return {"mask": torch.tensor(mask), "noise": noise}, None

    def logits(self, view: View, hidden: Tensor, share: Share) -> Tensor:
        return (hidden.abs().sum(-1) * share.targets["mask"]).sum(-1)

    def loss(self, logits: Tensor, share: Share, *, smoothing: float = 0.0) -> Loss:
        return Loss(logits.sum(), torch.tensor(len(logits)))

    def statistics(self, logits: Tensor, share: Share) -> list[Statistics]:
        noise = share.targets["noise"]
        assert not logits.requires_grad
        return [(float(a), float(b)) for a, b in zip(logits, noise, strict=True)]


def encoded(lengths: Sequence[int]) -> list[Encoded]:
    generator = torch.Generator().manual_seed(3)
    return [
        Encoded(torch.randint(5, 40, (length,), generator=generator).tolist(), {})
        for length in lengths
    ]


def model() -> Any:
    backbone = tiny.backbone("bert")
    result = adapt(backbone, HYPER_X, tasks=[Sums()], rows=ROWS).to(torch.float64)
    tiny.redraw(result, seed=1, scale=0.3)
    return result


@cache
def shared() -> Any:
    """One model for all the examples of a property."""
    return model()


@settings(max_examples=8)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.integers(1, 4))
def test_order_and_batch_size_change_nothing(lengths: list[int], examples: int) -> None:
    adapted, data = shared(), encoded(lengths)
    whole, loss = score(adapted, Sums(), ROWS[0], data, pad_id=0, examples=examples)
    alone = [score(adapted, Sums(), ROWS[0], [one], pad_id=0)[0][0][0] for one in data]
    assert [value for value, _ in whole] == pytest.approx(alone, rel=1e-9)
    assert float(loss.total) == pytest.approx(sum(alone), rel=1e-6)
    assert float(loss.predictions) == len(data)


def test_modes_come_back_and_drawing_tasks_draw_the_same() -> None:
    adapted = model().train()
    adapted.backbone.eval()
    before = [module.training for module in adapted.modules()]
    first, _ = score(adapted, Sums(), ROWS[0], encoded([4, 5]), pad_id=0)
    torch.manual_seed(99)
    second, _ = score(adapted, Sums(), ROWS[0], encoded([4, 5]), pad_id=0)
    assert [module.training for module in adapted.modules()] == before
    assert first == second


def test_modes_come_back_after_an_error() -> None:
    adapted = model().train()
    with pytest.raises(Exception, match="xx"):
        score(adapted, Sums(), Row(task="probe", language="xx"), encoded([4]), pad_id=0)
    assert all(module.training for module in adapted.modules())


def test_schedules_choose_the_row_of_each_batch() -> None:
    adapted, data = model(), encoded([4, 4])
    english, turkish = (score(adapted, Sums(), row, data, pad_id=0)[0] for row in ROWS)
    assert abs(english[0][0] - turkish[0][0]) > 0.1
    wrong, _ = score(adapted, Sums(), ROWS[0], data, pad_id=0, under=Fixed(language="tr"))
    assert [a for a, _ in wrong] == pytest.approx([a for a, _ in turkish])
    cycle = Cycle([{"language": "en"}, {"language": "tr"}])
    mixed, _ = score(adapted, Sums(), ROWS[0], data, pad_id=0, examples=1, under=cycle)
    assert [a for a, _ in mixed] == pytest.approx([english[0][0], turkish[1][0]])


def test_no_example_is_no_statistics() -> None:
    statistics, loss = score(model(), Sums(), ROWS[0], [], pad_id=0)
    assert statistics == [] and float(loss.predictions) == 0


SENTENCE = "Ada\tB-PER\nsaw\tO\nTurku\tB-LOC\n\n"


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    """A run with an untrained model of one layer over three languages and two tagging tasks."""
    for task in ("ner", "pos"):
        for language in ("en", "tr", "ta"):
            for split in (Cell("train", Route.of("dev")), "test"):
                file = tmp_path / task / language / f"{split}.tsv"
                file.parent.mkdir(parents=True, exist_ok=True)
                text = SENTENCE if task == "ner" else SENTENCE.replace("-PER", "").replace("B-", "")
                file.write_text(text * 5)
    shape = {"type": "bert", "layers": 1, "width": 8, "heads": 1, "ffn": 8, "vocabulary": 100}
    mlm = {"mlm": ["en", "tr"]}

    def data(task: str) -> dict[str, str]:
        return {"format": "conll", "path": f"{task}/{{language}}/{{split}}.tsv"}

    run = {
        "name": "one",
        "output": str(tmp_path / "run"),
        "backbone": {"architecture": shape},
        "method": {"name": "hyper-x-base", "bottleneck": 4, "code": 4},
        "tasks": {
            "ner": {"kind": "tagging", "metric": "span_f1", "data": data("ner")},
            "pos": {"kind": "tagging", "metric": "accuracy", "data": data("pos")},
            "mlm": {"kind": "mlm", "data": data("ner")},
        },
        "train": {"ner": ["en", "tr"], "pos": ["en"], **mlm},
        "evaluate": {"ner": ["en", "tr"], "pos": ["tr"]},
        "groups": {"seen": ["tr"]},
        "pretrain": {"train": mlm, "recipe": {"length": 32}},
    }
    return assemble(run_from(run), data_root=tmp_path)


def test_the_matrix_of_a_run(assembly: Assembly) -> None:
    told: list[tuple[int, int, str]] = []
    found = evaluate(assembly, progress=lambda *at: told.append(at))
    assert told == [(0, 3, "ner/en"), (1, 3, "ner/tr"), (2, 3, "pos/tr")]
    assert (found.run, found.seeds, found.groups) == ("one", (0,), {"seen": ("tr",)})
    standings = {(cell.task, cell.language): cell.standing for cell in found.cells}
    assert standings == {
        ("ner", "en"): "trained pair",
        ("ner", "tr"): "trained pair",
        ("pos", "tr"): "unseen pair",
    }
    for cell in found.cells:
        assert cell.sentences == len(cell.statistics) == 5
        totals = tuple(map(sum, zip(*cell.statistics, strict=True)))
        assert cell.rescored(totals) == pytest.approx(cell.score)
        assert cell.note == ""


def test_languages_fall_into_tiers_by_their_training_examples(assembly: Assembly) -> None:
    run = assembly.run.model_copy(update={"tiers": {"low": 0, "high": 6}})
    corpus = assembly.corpus(assembly.cell("ner", "tr"), "train")
    more = replace(corpus, examples=(*corpus.examples, corpus.examples[0]))
    library = Library(run, assembly.library.data_root, corpora={(Cell("ner", Route.of("tr")), "train"): more})
    tiered = replace(assembly, run=run, library=library)
    assert evaluate(tiered, cells=[tiered.cell("ner", "tr")]).groups == {"seen": ("tr",)}
    groups = evaluate(tiered).groups
    assert groups == {"seen": ("tr",), "seen, high": ("tr",)}
    without = replace(tiered, run=run.model_copy(update={"groups": {}}))
    assert evaluate(without).groups == {"high": ("tr",), "low": ("en",)}
    # what is scored later has no say
    later = replace(without, library=Library(run, assembly.library.data_root), origin=library)
    assert evaluate(later).groups == {"high": ("tr",), "low": ("en",)}


def test_a_pair_of_the_first_phase_was_trained_on(assembly: Assembly) -> None:
    first = Pretraining(train={"pos": ("tr",)})
    pretrained = replace(assembly, run=assembly.run.model_copy(update={"pretrain": first}))
    standings = {(cell.task, cell.language): cell.standing for cell in evaluate(pretrained).cells}
    assert set(standings.values()) == {"trained pair"}


def test_other_rows_other_cells_other_splits(assembly: Assembly) -> None:
    cells = [("ner", "ta")]
    found = evaluate(assembly, under=Fixed(language="tr"), split="dev", cells=cells).cells[0]
    assert found.standing == "unseen language"
    assert found.note == "run as language=tr,task=ner"


def test_sentences_that_are_cut_are_counted_in_the_note(tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.translation(tmp_path, evaluate={"mt": ["de-en"]})))
    corpus = made.corpus(made.cell("mt", "de-en"), "test")
    pairs = [replace(corpus.examples[0], first=text) for text in ("kurz", 40 * "lang ")]
    pairs.append(replace(pairs[0], second=40 * "long "))  # a reference is not read
    corpora = {(Cell("mt", Route.parse("de-en")), "test"): replace(corpus, examples=tuple(pairs))}
    (cell,) = evaluate(replace(made, library=Library(made.run, corpora=corpora))).cells
    assert "1 of 3 cut at 32 tokens" in cell.note


def test_a_row_of_another_kind_of_task_is_refused(tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.translation(tmp_path)))
    with pytest.raises(ConfigError, match=r"(?s)rows of `mt` have no language.*source_language"):
        evaluate(made, under=Fixed(language="fr"), cells=[made.cell("mt", "de-en")])


def test_an_empty_corpus_is_an_error(assembly: Assembly) -> None:
    empty = Corpus("ner", Route.of("fi"), "test", (), "fi.tsv")
    library = Library(assembly.run, corpora={(Cell("ner", Route.of("fi")), "test"): empty})
    with pytest.raises(DataError, match=r"nothing to score for `ner` in `fi`\n  where: fi.tsv"):
        evaluate(replace(assembly, library=library), cells=[("ner", "fi")])


def test_cells_are_named_by_task_and_language(assembly: Assembly) -> None:
    assert cells_of(assembly, ["ner/tr", "pos/en"]) == (("ner", "tr"), ("pos", "en"))
    with pytest.raises(ConfigError, match="`ner` names no cell"):
        cells_of(assembly, ["ner"])
    with pytest.raises(UnknownName, match="(?s)unknown task `nor`.*did you mean `ner`"):
        cells_of(assembly, ["nor/tr"])

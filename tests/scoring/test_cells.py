"""Scoring a real tiny model: order, modes, schedules, and what cannot be scored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from hyperadapters.context import Row
from hyperadapters.data import Corpus
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Tagged
from hyperadapters.metrics import Accuracy, Loss, Metric, Statistics
from hyperadapters.model.adapt import adapt
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.schedules import Cycle, Fixed
from hyperadapters.scoring.cells import check_filled, score, score_cells
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Standing
from hyperadapters.scoring.scored import windows_for
from hyperadapters.tasks import Encoded, Head, Share, Task
from hyperadapters.tasks.base import View
from hyperadapters.tasks.windows import Once
from systems import HYPER_X

ROWS = [Row(task="probe", language=name) for name in ("en", "tr")]


@dataclass(frozen=True)
class Sums(Task):
    """Statistics that tell examples, rows and modes apart: the sum of the hidden states of each."""

    name: str = "probe"
    metric: Metric = Accuracy()
    heads: Mapping[str, Head] = field(default_factory=dict, hash=False)

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


CELL = Cell("mt", Route.of("de", "en"))


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An untrained tiny Transformer with hyper-adapters."""
    return assemble(run_from(tiny_runs.translation(tmp_path_factory.mktemp("run"))))


def pairs(translator: Assembly, cell: Cell) -> Corpus:
    """Two pairs."""
    corpus = translator.corpus(cell, "test")
    return replace(corpus, examples=corpus.examples[:2])


def unseen(cell: Cell) -> Standing:
    return "unseen pair"


def test_whatever_has_a_model_a_tokenizer_tasks_and_a_length_is_scored(
    translator: Assembly,
) -> None:
    @dataclass
    class Other:
        model: Any
        tokenizer: Any
        tasks: Mapping[str, Task]
        length: int
        once: Once

    other = Other(
        translator.model, translator.tokenizer, translator.tasks, translator.length, Once()
    )
    told: list[tuple[int, int, str]] = []
    cells = [CELL, Cell("mt", Route.of("en", "fr"))]
    found = score_cells(
        other,
        cells,
        lambda cell: pairs(translator, cell),
        standings=unseen,
        remark=lambda corpus: f"from {corpus.route}",
        progress=lambda *at: told.append(at),
    )
    assert told == [(0, 2, "mt/de-en"), (1, 2, "mt/en-fr")]
    assert [(one.task, one.language, one.sentences) for one in found] == [
        ("mt", "de-en", 2),
        ("mt", "en-fr", 2),
    ]
    assert {one.standing for one in found} == {"unseen pair"}
    assert found[0].note.endswith("; from de-en")


def test_a_schedule_acts_after_the_usual_one(translator: Assembly) -> None:
    """Only what differs from the usual row is told."""

    def found(usual: Fixed, under: Fixed) -> tuple[object, str]:
        (one,) = score_cells(
            translator,
            [CELL],
            lambda cell: pairs(translator, cell),
            standings=unseen,
            usual=usual,
            under=under,
        )
        return one.statistics, one.note.rpartition("; ")[2]

    tiny.redraw(translator.model, seed=1, scale=1.5)
    french = Fixed(source_language="fr")
    told = "run as source_language=fr,target_language=en,task=mt"
    assert found(Fixed(), french)[1] == found(Fixed(source_language="en"), french)[1] == told
    assert "run as" not in found(french, Fixed())[1]
    assert found(french, Fixed())[0] == found(Fixed(), french)[0]


def test_the_examples_of_a_hop_are_addressed_to_its_target(translator: Assembly) -> None:
    task, examples = translator.tasks["mt"], pairs(translator, CELL).examples
    first, second = Route.parse("de-fr-en").hops
    ids = [
        [one.ids[0] for (one,) in windows_for(translator, task, examples, hop)]
        for hop in (first, second)
    ]
    tokens = [translator.tokenizer.convert_tokens_to_ids(token) for token in ("<2fr>", "<2en>")]
    assert ids == [[token] * 2 for token in tokens]


def test_a_corpus_without_examples_cannot_be_scored(translator: Assembly) -> None:
    empty = replace(pairs(translator, CELL), examples=(), source="here.tsv")
    check_filled(pairs(translator, CELL))
    for key in ("evaluate", "select"):
        with pytest.raises(DataError, match=r"nothing to score for `mt` in `de-en`") as caught:
            check_filled(empty, key)
        message = str(caught.value)
        assert "where: here.tsv" in message and "in the split `test`" in message
        assert f"take `de-en` out of `{key}: mt`, or add the data" in message
    with pytest.raises(DataError, match="nothing to score for `mt` in `de-fr-en`"):
        score_cells(
            translator,
            [Cell("mt", Route.parse("de-fr-en"))],
            lambda cell: empty,
            standings=unseen,
        )


def test_words_without_a_token_are_counted_in_the_note(tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.values(tmp_path, evaluate={"spans": ["en"]})))
    corpus = made.corpus(made.cell("spans", "en"), "test")
    label = next(name for name in made.tasks["spans"].labels if name != "O")
    lost = Tagged(("May", "\u200b", "\u200b"), (label, label, "O"))
    corpora = {(Cell("spans", Route.of("en")), "test"): replace(corpus, examples=(lost,))}
    (cell,) = evaluate(replace(made, library=Library(made.run, corpora=corpora))).cells
    assert cell.note.endswith("1 labelled words without a token")

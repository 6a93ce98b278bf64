"""The model card: what a trained model is, which rows it has, how it scores, how it is used."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import as_file, files
from typing import Any

from huggingface_hub import ModelCard, ModelCardData

from hyperadapters.config import resolved
from hyperadapters.errors import DataError
from hyperadapters.export import cells_of
from hyperadapters.method import BACKBONE
from hyperadapters.report.summary import MISSING, listed, shown
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.matrix import Matrix

__all__ = ["card"]

_TEXTS = ("Ada lives in Lagos", "Where does Ada live?\tAda lives in Lagos")
"""What is asked in an example: a task takes one of them."""
_CODE = re.compile(r"[a-z]{2,3}(?=-|$)")
"""What the hub knows a language by, at the beginning of ours."""


def card(
    assembly: Assembly,
    figures: Matrix | None,
    name: str,
    license: str = "",
    revision: str | None = None,
) -> str:
    """The card of a trained model, as Markdown behind the metadata that the hub reads.

    Args:
        assembly: the model.
        figures: its scores; None where it has none.
        name: what it is loaded by.
        license: by its name on the hub; empty for none.
        revision: the branch that it is loaded from; None for the one that is loaded without.
    """
    cells, trained = cells_of(assembly, ["all"], ["all"]), _trained(assembly)
    with as_file(files("hyperadapters.trained").joinpath("card.md")) as template:
        made = ModelCard.from_template(
            _metadata(assembly, figures, cells, license),
            str(template),
            name=name,
            revision=revision,
            summary=_summary(assembly),
            ask=_ask(assembly, [*(c for c in cells if c not in trained), *cells]),
            rows=[*_rows(assembly, cells, trained)],
            data=[*_data(assembly)],
            figures=[*_figures(figures)],
        )
    return str(made)


def _trained(assembly: Assembly) -> frozenset[Cell]:
    return frozenset(cell for phase in assembly.method.phases for cell in phase.cells)


def _metadata(
    assembly: Assembly, figures: Matrix | None, cells: Sequence[Cell], license: str
) -> ModelCardData:
    run = assembly.run
    finetuned = any(BACKBONE in phase.trains for phase in assembly.method.phases)
    base: dict[str, Any] = {"base_model_relation": "finetune" if finetuned else "adapter"}
    kinds = (task.kind for task in run.tasks.values())
    metrics = () if figures is None else (cell.metric for cell in figures.cells)
    return ModelCardData(
        library_name="hyperadapters",
        base_model=run.backbone.name,
        language=_unique(code[0] for name in _languages(cells) if (code := _CODE.match(name))),
        license=license or None,
        datasets=_unique(source["dataset"] for source in _sources(run) if "dataset" in source),
        metrics=_unique(metrics),
        tags=["hyperadapters", run.method.name, *dict.fromkeys(kinds)],
        **(base if run.backbone.name else {}),
    )


def _unique(names: Iterable[str]) -> list[str] | None:
    return list(dict.fromkeys(names)) or None


def _languages(cells: Iterable[Cell]) -> Iterator[str]:
    for cell in cells:
        yield from cell.route.languages


def _summary(assembly: Assembly) -> str:
    run, backbone = assembly.run, assembly.model.backbone.config.model_type
    base = f"`{run.backbone.name}`" if run.backbone.name else f"a {backbone} that lies beside them"
    tasks = listed(f"`{name}`" for name in run.tasks)
    return (
        f"Adapters for {tasks} on {base}, by the method `{run.method.name}` of the library "
        f"`hyperadapters`, from the run `{run.name}`."
    )


def _ask(assembly: Assembly, cells: Sequence[Cell]) -> str:
    """The line that asks the model, in the first cell whose task answers."""
    for cell in cells:
        text = _example(assembly, cell)
        if text is not None:
            asked = ", ".join(map(json.dumps, (cell.task, str(cell.route))))
            return f"print(model.predict({asked}, [{json.dumps(text)}]))"
    return "print(model.evaluate())"


def _example(assembly: Assembly, cell: Cell) -> str | None:
    answering = assembly.tasks[cell.task].answering
    if answering is None:
        return None
    for text in _TEXTS:
        try:
            answering.ask(text, cell.route)
        except DataError:
            continue
        return text
    return None


def _rows(
    assembly: Assembly, cells: Sequence[Cell], trained: frozenset[Cell]
) -> Iterator[dict[str, str]]:
    for name, task in assembly.run.tasks.items():
        own = [cell for cell in cells if cell.task == name]
        yield {
            "task": name,
            "kind": task.kind,
            "trained": listed(cell.route for cell in own if cell in trained) or MISSING,
            "others": listed(cell.route for cell in own if cell not in trained) or MISSING,
        }


def _sources(run: Any) -> list[dict[str, Any]]:
    """The entries `data` of all tasks, as the resolved run file has them."""
    return [source for _, source in _data_of(run)]


def _data_of(run: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, task in resolved(run)["tasks"].items():
        entry = task["data"]
        for source in entry if isinstance(entry, list) else [entry]:
            yield name, source


def _data(assembly: Assembly) -> Iterator[dict[str, str]]:
    for name, source in _data_of(assembly.run):
        said = {key: value for key, value in source.items() if value not in ({}, [], "")}
        yield {"task": name, "source": json.dumps(said, ensure_ascii=False)}


def _figures(matrix: Matrix | None) -> Iterator[dict[str, str]]:
    for cell in () if matrix is None else matrix.cells:
        yield {
            "task": cell.task,
            "language": cell.language,
            "metric": cell.counted,
            "score": shown(cell.metric, cell.score),
            "examples": f"{cell.sentences:,}",
            "standing": cell.standing,
        }

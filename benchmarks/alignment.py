"""`python -m benchmarks.alignment RUN RUN --task ner --languages tr sw`: how near translations are.

For each layer of a trained encoder, the mean over sentences of the cosine between the vector of an
English sentence and that of its translation, each under the row of its own language; beside it the
same of sentences that are no translations, without which a cosine says little: vectors of one model
all point much the same way. A sentence's vector is the mean over its tokens.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity

from hyperadapters.backbones import places_of
from hyperadapters.context import Context
from hyperadapters.data.cldr import texts
from hyperadapters.data.formats.text import read_texts
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.model.inference import over_batches
from hyperadapters.run.assembly import Assembly
from hyperadapters.sites import Site
from hyperadapters.tasks import Batch
from hyperadapters.trained import load

__all__ = ["Near", "near", "print_near", "vectors"]

SENTENCES = 200


class Near(NamedTuple):
    """Mean cosines of one layer: of translations, and of other sentences."""

    same: float
    other: float


def vectors(assembly: Assembly, task: str, language: str, sentences: Sequence[str]) -> Tensor:
    """(sentence, layer, d_model): the mean over the tokens of each layer's states, under the row of
    the task and the language, as `predict` would compute them.

    Raises:
        ConfigError: the task reads no raw text.
    """
    chosen, hop = assembly.tasks[task], assembly.cell(task, language).route
    if chosen.answering is None:
        raise ConfigError(
            f"task `{task}` gives no answers to raw text, so that no sentence is read under it",
            expected="`--task` with a task of the run that `predict` takes",
        )
    examples = [chosen.answering.ask(text, hop) for text in sentences]
    encoded = [chosen.encode(assembly.tokenizer, one, assembly.length) for one in examples]
    drawn = [(chosen, hop.row(task), one) for one in encoded]
    model, layers = assembly.model, _layers(assembly.model.backbone)

    def answer(context: Context, batch: Batch, places: list[int]) -> list[Tensor]:
        with _caught(layers) as states:
            model(context, batch)
        mask = batch.inputs["attention_mask"].unsqueeze(-1)
        means = [(state * mask).sum(1) / mask.sum(1) for state in states]
        return list(torch.stack(means, dim=1).cpu())

    under = assembly.method.phases[-1].score_under
    pad = assembly.tokenizer.pad_token_id
    return torch.stack(over_batches(model, drawn, pad, answer, under=under))


def _layers(backbone: Any) -> list[nn.Module]:
    """The layers of the encoder, in order."""
    places = places_of(backbone)
    return [places[site].module for site in places if site == Site("encoder", site.layer, "layer")]


@contextmanager
def _caught(layers: Sequence[nn.Module]) -> Iterator[list[Tensor]]:
    """What layers give in a forward, in its order, adapters included."""
    states: list[Tensor] = []

    def catch(module: nn.Module, inputs: Any, output: Any) -> None:
        states.append(output[0] if isinstance(output, tuple) else output)

    handles = [layer.register_forward_hook(catch) for layer in layers]
    try:
        yield states
    finally:
        for handle in handles:
            handle.remove()


def near(first: Tensor, second: Tensor) -> list[Near]:
    """Per layer the mean cosine of the n-th with the n-th sentence, and with the next one.

    Args:
        first, second: (sentence, layer, d_model), of at least two sentences.
    """
    same, other = (cosine_similarity(first, one, dim=-1) for one in (second, second.roll(1, 0)))
    return [Near(*pair) for pair in zip(same.mean(0).tolist(), other.mean(0).tolist(), strict=True)]


def print_near(console: Console, found: Mapping[str, Mapping[str, Sequence[Near]]]) -> None:
    """A table per language: a line per layer, two columns per run."""
    for language, runs in found.items():
        table = Table("layer", title=f"cosine of sentences with those in {language}")
        for name in runs:
            table.add_column(f"{name}: same", justify="right")
            table.add_column("other", justify="right")
        for number, each in enumerate(zip(*runs.values(), strict=True), 1):
            cells = (f"{value:.3f}" for one in each for value in one)
            table.add_row(str(number), *cells)
        console.print(table)


def _sentences(template: str) -> Callable[[str], Sequence[str]]:
    """The sentences of a language: the built-in ones, or the lines of a file."""
    if not template:
        return lambda language: [one.text for one in texts(language, "test", SENTENCES)]
    return lambda language: list(
        islice(read_texts(Path(template.replace("{language}", language))), SENTENCES)
    )


def main() -> None:
    """Computes and prints the cosines of some runs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alignment", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, help="folders of trained runs")
    parser.add_argument("--task", required=True, help="of all of them")
    parser.add_argument("--source", default="en", help="the language of the first sentences")
    parser.add_argument("--languages", nargs="+", required=True, help="of the others")
    parser.add_argument(
        "--text",
        default="",
        help="files of translations, aligned by line: `flores/{language}.txt`; built-in sentences "
        "where there are none",
    )
    arguments = parser.parse_args()
    sentences = _sentences(arguments.text)
    found: dict[str, dict[str, Sequence[Near]]] = {one: {} for one in arguments.languages}
    for folder in arguments.runs:
        assembly = load(folder).assembly
        first = vectors(assembly, arguments.task, arguments.source, sentences(arguments.source))
        for language in arguments.languages:
            second = vectors(assembly, arguments.task, language, sentences(language))
            if len(first) != len(second):
                raise DataError(
                    "translations are not aligned",
                    where=arguments.text,
                    expected=f"{len(first)} sentences in `{language}`",
                    found=str(len(second)),
                )
            found[language][f"{assembly.method.name} ({folder.name})"] = near(first, second)
    print_near(Console(width=120), found)


if __name__ == "__main__":
    main()

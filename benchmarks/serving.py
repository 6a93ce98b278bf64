"""`python -m benchmarks.serving`: how many texts a second a service answers, by how they come.

Hyper-X of BERT-base size, one task in forty languages, texts of Unicode CLDR, each a request of its
own. They come all at once, so that they are answered in batches of many rows; or each when the one
before is answered, with the weights of rows remembered or written anew. Seconds are those of the
process on one thread, so that other programs count little.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from benchmarks.exports import LANGUAGES, backbone
from hyperadapters.config import run_from
from hyperadapters.data.cldr import CLDR_LANGUAGES
from hyperadapters.examples import Tagged
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.serve import Service

TEXTS = 6
"""In each language."""

Request = tuple[str, str]
"""A language and a text."""


def model(
    folder: Path,
    *,
    layers: int = 12,
    width: int = 768,
    names: int = LANGUAGES,
    bottleneck: int = 256,
) -> Assembly:
    """An untrained model of one task."""
    languages = list(CLDR_LANGUAGES)[:names]
    data = {"format": "cldr", "train": 8, "dev": 2, "test": TEXTS}
    values = {
        "name": "serving",
        "output": str(folder / "run"),
        "backbone": {"path": str(backbone(folder / "backbone", layers, width))},
        "method": {"name": "hyper-x-base", "bottleneck": bottleneck},
        "tasks": {"fields": {"kind": "tagging", "labels": ["O", "B-X", "I-X"], "data": data}},
        "train": {"fields": languages},
        "recipe": {"steps": 1, "batch": 2, "length": 64},
    }
    made = assemble(run_from(values))
    made.model.eval()
    return made


def requests(assembly: Assembly) -> list[Request]:
    """The test texts of all languages, one of each language after the other."""
    every = [*_texts(assembly)]
    return [texts[number] for number in range(TEXTS) for texts in every]


def _texts(assembly: Assembly) -> Iterator[list[Request]]:
    for cell in assembly.evaluated:
        language = str(cell.route)
        examples = assembly.corpus(Cell("fields", cell.route), "test").examples
        tagged = [example for example in examples[:TEXTS] if isinstance(example, Tagged)]
        yield [(language, " ".join(example.words)) for example in tagged]


def at_once(assembly: Assembly, asked: Sequence[Request]) -> float:
    """Seconds for all, where they wait together."""
    with Service(assembly) as service:
        start = time.process_time()
        for told in [service.ask("fields", language, [text]) for language, text in asked]:
            told.result()
        return time.process_time() - start


def one_by_one(assembly: Assembly, asked: Sequence[Request], remembered: int) -> float:
    """Seconds for all, where each comes when the one before is answered."""
    with Service(assembly, remembered=remembered) as service:
        start = time.process_time()
        for language, text in asked:
            service.ask("fields", language, [text]).result()
        return time.process_time() - start


def measure(assembly: Assembly) -> dict[str, float]:
    """Texts a second, by how they come."""
    asked = requests(assembly)
    one_by_one(assembly, asked[:2], 0)  # what is slow the first time
    taken = {
        "at once": at_once(assembly, asked),
        "one by one": one_by_one(assembly, asked, 2**40),
        "one by one, nothing remembered": one_by_one(assembly, asked, 0),
    }
    return {name: len(asked) / seconds for name, seconds in taken.items()}


def main() -> None:
    """Prints the figures, and keeps them if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, help="a JSON file")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(model(Path(folder)))
    for name, rate in found.items():
        print(f"{name}: {rate:.1f} texts a second")
    if arguments.save:
        arguments.save.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

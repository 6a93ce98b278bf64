"""Starts of a run on a large parallel corpus: memory of all processes, time to the first update.

    python -m benchmarks.corpora --pairs 1000000 --processes 4 --folder /tmp/corpora
    python -m benchmarks.corpora --pairs 1000000 --folder /tmp/corpora --source ../before/src
    python -m benchmarks.corpora second --pairs 1000000 --processes 4 --folder /tmp/corpora
    python -m benchmarks.corpora mapped --pairs 10000000 --folder /tmp/mapped --save cpu-mapped

The corpus is made of words drawn by Zipf's law, one file for both directions, and the model is
tiny: what is measured is what a corpus costs. Every start is a process, or several under
`torchrun`, that assembles the run, checks it and trains a few updates. The first one finds no
cache, the second one that of the first. Memory is the proportional set size of all processes
together (pages that several map count once), read twice a second; the same run with the same
vocabulary on a thousand pairs says what of it the corpus takes.

`second` starts once more on what a measurement before has left in the folder.

`mapped` measures in one process what follows tokenizing, which takes long and no memory: files of
random tokens are checked, opened and drawn from, in both directions.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import machine

__all__ = ["Start", "corpus", "measure", "pss_of", "run_file", "started"]

_WORDS = 30_000
_VOCABULARY = 16_000
_LEARNED_FROM = 20_000
_FLOOR = 1_000
_UPDATES = 20
_AT_ONCE = 100_000
_SHAPE = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4}


class Start(NamedTuple):
    """What became of one start.

    Args:
        seconds: from the start of the processes to the end of their first update.
        computed: seconds that cores computed for the main process until then, whatever else the
            machine did.
        peak: the most bytes of all processes together.
        private: of those, what no file on disk is behind.
        losses: of its updates.
    """

    seconds: float
    computed: float
    peak: int
    private: int
    losses: tuple[float, ...]


def corpus(folder: Path, pairs: int, seed: int = 0) -> None:
    """Writes so many pairs to train on, and a few to score."""
    for split, number in (("train", pairs), ("dev", 50), ("test", 50)):
        draws = np.random.default_rng([seed, len(split), number])
        with (folder / f"de-en.{split}.tsv").open("w", encoding="utf-8") as file:
            for start in range(0, number, _AT_ONCE):
                file.writelines(_lines(draws, min(_AT_ONCE, number - start)))


def _lines(draws: np.random.Generator, number: int) -> Iterator[str]:
    lengths = draws.integers(5, 26, (number, 2))
    words = np.minimum(draws.zipf(1.2, int(lengths.sum())), _WORDS).tolist()
    place = 0
    for first, second in lengths.tolist():
        left, right = words[place : place + first], words[place + first : place + first + second]
        place += first + second
        yield f"{' '.join(map(_word, left))}\t{' '.join(map(_word, right))}\n"


def _word(number: int) -> str:
    """A word that can be said: syllables for the digits of its number."""
    found = ""
    while number:
        number, digit = divmod(number, 60)
        found += "bdfgklmnprst"[digit % 12] + "aeiou"[digit // 12]
    return found


def run_file(folder: Path, output: Path) -> dict[str, Any]:
    """Translation in both directions, from one file of pairs."""
    data = {"format": "pairs", "path": "{first}-{second}.{split}.tsv"}
    return {
        "name": "corpora",
        "output": str(output),
        "backbone": {"path": str(folder / "model")},
        "method": {"name": "hyper-adapters-base-tiny", "hidden": 6, "bottleneck": 3},
        "tasks": {"mt": {"kind": "translation", "beams": 1, "length": 64, "data": data}},
        "train": {"mt": ["de-en", "en-de"]},
        "evaluate": {"mt": ["de-en"]},
        "recipe": {"steps": _UPDATES, "batch": 64, "contexts_per_batch": 2, "length": 64},
    }


def _model(folder: Path) -> None:
    """A tiny T5 beside a vocabulary that is learned from the first pairs."""
    from transformers import T5Config, T5ForConditionalGeneration

    from hyperadapters.backbones import architectures
    from hyperadapters.data.vocabulary import train_joint_tokenizer

    with (folder / "de-en.train.tsv").open(encoding="utf-8") as file:
        pairs = [line.rstrip("\n").split("\t") for line in islice(file, _LEARNED_FROM)]
    sides = {"de": [first for first, _ in pairs], "en": [second for _, second in pairs]}
    tokenizer = train_joint_tokenizer(sides, _VOCABULARY, 128, added=["<2de>", "<2en>"])
    ids = {"pad_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id}
    ids |= {"decoder_start_token_id": tokenizer.pad_token_id}
    with architectures.quiet():
        config = T5Config(vocab_size=len(tokenizer), dropout_rate=0.0, **_SHAPE, **ids)
        T5ForConditionalGeneration(config).save_pretrained(folder / "model")
    architectures.save_tokenizer(tokenizer, folder / "model")


def start(folder: Path) -> None:
    """In a process of a start: trains, and tells when the first update was done."""
    import torch

    from hyperadapters.config import run_from
    from hyperadapters.run.assembly import assemble
    from hyperadapters.training import train
    from hyperadapters.training.readiness import check
    from hyperadapters.training.stage import Stage

    torch.set_num_threads(1)
    update, done = Stage.update, []

    def noted(stage: Stage) -> None:
        update(stage)
        done.append((time.time(), time.process_time()))

    # An older build is timed too (`--source`), and its training cannot be given a display.
    Stage.update = noted  # type: ignore[method-assign,assignment]
    assembly = assemble(run_from(run_file(folder, folder / "run")), data_root=folder)
    check(assembly)
    train(assembly, folder / "run", keep=lambda assembly, folder: None)
    if os.environ.get("RANK", "0") == "0":
        (folder / "first").write_text(json.dumps(done[0]))


def started(folder: Path, processes: int, source: Path) -> Start:
    """One start of a run, in new processes that import the library from `source`."""
    shutil.rmtree(folder / "run", ignore_errors=True)
    root = Path(__file__).parents[1]
    known = {"PYTHONPATH": f"{source}{os.pathsep}{root}", "OMP_NUM_THREADS": "1"}
    known |= {"HYPERADAPTERS_CACHE": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
    own = ["-m", "benchmarks.corpora", "start", "--folder", str(folder)]
    several = ["-m", "torch.distributed.run", "--nproc-per-node", str(processes)]
    command = [sys.executable, *(several if processes > 1 else []), *own]
    began, peak = time.time(), (0, 0)
    process = subprocess.Popen(command, env={**os.environ, **known}, cwd=root)
    while process.poll() is None:
        peak = max(peak, pss_of(process.pid))
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"a start ended with status {process.returncode}")
    lines = (folder / "run" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    losses = tuple(one["loss"] for one in map(json.loads, lines) if "loss" in one)
    first, computed = json.loads((folder / "first").read_text())
    return Start(round(first - began, 1), round(computed, 1), *peak, losses)


def pss_of(pid: int) -> tuple[int, int]:
    """The proportional set size of a process and all below it, and what of it is no file."""
    found = [0, 0]
    for own in _below(pid):
        try:
            text = Path(f"/proc/{own}/smaps_rollup").read_text()
        except OSError:  # it has ended meanwhile
            continue
        sizes = dict(line.split()[:2] for line in text.splitlines()[1:])
        found[0] += int(sizes["Pss:"]) * 1024
        found[1] += int(sizes.get("Pss_Anon:", 0)) * 1024
    return found[0], found[1]


def _below(pid: int) -> Iterator[int]:
    yield pid
    try:
        text = "".join(f.read_text() for f in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:
        return
    for child in text.split():
        yield from _below(int(child))


def measure(folder: Path, pairs: int, processes: int, source: Path) -> dict[str, Any]:
    """A first and a second start on a corpus, and on a thousand pairs.

    Args:
        folder: in which a corpus of this size may lie already.
    """
    found: dict[str, Any] = {"pairs": pairs, "processes": processes}
    whole, floor = folder / str(pairs), folder / f"{pairs}-floor"
    if not (whole / "model").exists():
        whole.mkdir(parents=True)
        corpus(whole, pairs)
        _model(whole)
    if not floor.exists():
        floor.mkdir()
        corpus(floor, _FLOOR)
        shutil.copytree(whole / "model", floor / "model")
    for number, own in ((_FLOOR, floor), (pairs, whole)):
        shutil.rmtree(own / "cache", ignore_errors=True)
        for name in ("first", "second"):
            found[f"{name}, {number} pairs"] = started(own, processes, source)._asdict()
            print(name, number, found[f"{name}, {number} pairs"], flush=True)
        cached = [file.stat().st_size for file in (own / "cache").rglob("*") if file.is_file()]
        found[f"bytes in the cache, {number} pairs"] = sum(cached)
    return found


def second(folder: Path, pairs: int, processes: int, source: Path) -> dict[str, Any]:
    """A second start on each corpus that was measured before, whose caches are there."""
    found: dict[str, Any] = {"pairs": pairs, "processes": processes}
    for number, name in ((_FLOOR, f"{pairs}-floor"), (pairs, f"{pairs}")):
        found[f"second, {number} pairs"] = started(folder / name, processes, source)._asdict()
    return found


def mapped(folder: Path, pairs: int) -> dict[str, Any]:
    """Bytes and seconds of one process for encoded examples of so many pairs, in two streams."""
    from hyperadapters.context import Row
    from hyperadapters.machine.sealed import checksum_of
    from hyperadapters.mixture.deck import Examples
    from hyperadapters.mixture.mixture import Mixture, Stream
    from hyperadapters.mixture.order import Temperature
    from hyperadapters.mixture.stored import load_part
    from hyperadapters.tasks import Translation
    from hyperadapters.tasks.packed import Packed

    files = [_random_part(folder / name, pairs, name) for name in ("de-en", "en-de")]
    found: dict[str, Any] = {"pairs": pairs, "bytes on disk": sum(map(_size, files))}
    before, since = pss_of(os.getpid()), time.process_time()
    for file in (one for own in files for one in own):
        checksum_of(file)
    found["seconds of checking"] = round(time.process_time() - since, 2)
    packed = [Packed([load_part(file) for file in own]) for own in files]
    rows = [Row(task="mt", source_language=a, target_language=b) for a, b in ("de", "ed")]
    streams = [
        Stream(Translation("mt"), row, own, len(own)) for row, own in zip(rows, packed, strict=True)
    ]
    mixture = Mixture(
        streams,
        order=Temperature(1.0),
        budget=Examples(64),
        contexts=2,
        pad_id=0,
        seed="0",
    )
    mixture.draw()
    found["seconds to the first batch"] = round(time.process_time() - since, 2)
    for draws in (0, 500, 5000):
        for _ in range(draws):
            mixture.draw()
        own, private = pss_of(os.getpid())
        found[f"bytes after {draws} more draws"] = own - before[0]
        found[f"of them private after {draws} more draws"] = private - before[1]
    return found


def _random_part(folder: Path, pairs: int, name: str) -> list[Path]:
    """Files of parts with random tokens, enough for so many pairs; made where they are missing."""
    from hyperadapters.mixture.encoding import PART
    from hyperadapters.mixture.stored import save_part
    from hyperadapters.tasks.packed import Behind, Part, Rows

    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number:06}.arrow" for number in range(-(-pairs // PART))]
    for number, file in enumerate(files):
        if not file.exists():
            draws = np.random.default_rng([len(name), ord(name[0]), number])
            ends = np.concatenate([[0], np.cumsum(draws.integers(8, 40, PART))])
            ids = Rows(draws.integers(0, _VOCABULARY, int(ends[-1])).astype(np.int32), ends)
            uncut = np.full(PART, 3, dtype=np.uint8)
            read = Rows(Behind(ids.numbers[:PART], ids).numbers, ends)
            save_part(Part({"ids": ids, "decoder_ids": read}, {"labels": ids}, uncut), file)
    return files


def _size(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def main() -> None:
    """Measures, prints, and saves where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpora", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True, help="of corpora and the cache")
    parser.add_argument("--source", type=Path, default=Path(__file__).parents[1] / "src")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    parser.add_argument("part", nargs="?", choices=("start", "second", "mapped"), help="see above")
    arguments = parser.parse_args()
    if arguments.part == "start":
        start(arguments.folder)
        return
    folder, source = arguments.folder.resolve(), arguments.source.resolve()
    if arguments.part == "mapped":
        found = mapped(folder, arguments.pairs)
    else:
        starts = second if arguments.part == "second" else measure
        found = starts(folder, arguments.pairs, arguments.processes, source)
    result: Mapping[str, Any] = {"machine": machine.facts(machine.device()), **found}
    print(json.dumps(result, indent=1))
    if arguments.save:
        machine.save(result, arguments.save)


if __name__ == "__main__":
    main()

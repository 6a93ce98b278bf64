"""`python -m benchmarks.exports`: 200 rows of generated LoRA at BERT-base size, written for `peft`.

Five tasks × forty languages, rank 8 beside query, key and value of twelve layers, into a temporary
folder. It prints the seconds, the bytes of all tensors, and how far the resident memory of the
process grew above what it had once the model was there.
"""

import argparse
import json
import tempfile
import threading
import time
from pathlib import Path

import torch
from transformers import BertConfig, BertForMaskedLM

from hyperadapters.config import run_from
from hyperadapters.data.cldr import CLDR_LANGUAGES
from hyperadapters.data.vocabulary import train_tokenizer
from hyperadapters.export import cells_of, export, format_of
from hyperadapters.run.assembly import Assembly, assemble

TASKS = 5
LANGUAGES = 40


def now() -> int:
    """The resident memory of this process, in bytes; Linux alone tells it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def backbone(folder: Path, layers: int, width: int) -> Path:
    """A folder of random weights, and a tokenizer of a few pieces."""
    tokenizer = train_tokenizer(["Ada lives in Lagos"], 200, positions=64)
    sizes = {"hidden_size": width, "num_hidden_layers": layers, "intermediate_size": 4 * width}
    model = BertForMaskedLM(BertConfig(vocab_size=len(tokenizer), **sizes))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def model(folder: Path, *, layers: int = 12, width: int = 768, names: int = LANGUAGES) -> Assembly:
    """An untrained model whose rows are those of every task in every language."""
    languages = list(CLDR_LANGUAGES)[:names]
    data = {"format": "cldr", "train": 8, "dev": 2, "test": 2}
    task = {"kind": "tagging", "labels": ["O", "B-X", "I-X"], "data": data}
    values = {
        "name": "exports",
        "output": str(folder / "run"),
        "backbone": {"path": str(backbone(folder / "backbone", layers, width))},
        "method": {"name": "hyper-x-lora", "rank": 8},
        "tasks": {f"task-{number}": task for number in range(TASKS)},
        "train": {f"task-{number}": languages for number in range(TASKS)},
        "recipe": {"steps": 1, "batch": 2, "length": 32},
    }
    made = assemble(run_from(values))
    made.model.eval()
    return made


def measure(assembly: Assembly, folder: Path) -> dict[str, float]:
    """Seconds, bytes of the tensors, and by how many bytes memory grew, for all rows."""
    cells = cells_of(assembly, ["all"], ["all"])
    highest, done = [now()], threading.Event()
    before = highest[0]

    def watch() -> None:
        while not done.wait(0.05):
            highest[0] = max(highest[0], now())

    watching = threading.Thread(target=watch)
    watching.start()
    start = time.perf_counter()
    places = export(assembly, cells, folder, format_of("peft", {}))
    seconds = time.perf_counter() - start
    done.set()
    watching.join()
    files = [file for place in places for file in place.glob("*.safetensors")]
    written = sum(file.stat().st_size for file in files)
    return {
        "rows": len(places),
        "seconds": seconds,
        "bytes": written,
        "grown": highest[0] - before,
    }


def main() -> None:
    """Prints the figures, and keeps them if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, help="a JSON file")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(model(Path(folder)), Path(folder) / "rows")
    written, grown = (f"{found[key] / 2**20:.0f} MiB" for key in ("bytes", "grown"))
    print(f"{found['rows']:.0f} rows in {found['seconds']:.1f} s, {written}; memory grew {grown}")
    if arguments.save:
        arguments.save.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

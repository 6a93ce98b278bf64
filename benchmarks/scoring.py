"""How long the matrix of a trained translation run takes: `python -m benchmarks.scoring RUN`.

Times a checkout by its own library: beside an older build, run it with that one's `src` first on
`PYTHONPATH`, in turn. Processor time of one thread, text generation alone and all of scoring, and a
digest of what each sentence adds to its score, which both builds should share.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import torch

from hyperadapters.run import bundle
from hyperadapters.scoring.evaluation import evaluate

__all__ = ["main"]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoring", description=__doc__)
    parser.add_argument("run", type=Path, help="the folder of a run with a translation task")
    parser.add_argument("--every", type=int, default=1, help="only every so many cells")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    made = bundle.load(asked.run / "model")
    made.model.to(getattr(torch, asked.dtype))
    name = "search" if hasattr(made.model, "search") else "generate"
    writing, spent, examples = getattr(made.model, name), 0.0, 0

    def timed(*given: Any, **inputs: Any) -> Any:
        nonlocal spent, examples
        began = time.process_time()
        found = writing(*given, **inputs)
        spent += time.process_time() - began
        examples += len(inputs["input_ids"])
        return found

    setattr(made.model, name, timed)
    began = time.process_time()
    matrix = evaluate(made, cells=made.evaluated[:: asked.every])
    whole = time.process_time() - began
    statistics = {cell.language: cell.statistics for cell in matrix.cells}
    digest = hashlib.sha256(json.dumps(statistics, sort_keys=True).encode()).hexdigest()
    print(
        f"{len(matrix.cells)} cells, {examples:,} sentences written in {spent:.1f} s, "
        f"{whole:.1f} s in all; statistics {digest[:16]}"
    )


if __name__ == "__main__":
    main()

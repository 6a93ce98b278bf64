"""Plants each fault in a copy of the library; its test must fail: `python -m faults.run`.

Run from the root of the repository with `tests` on the path. Words after the command choose faults
by a part of their names or tests. Ends with status 1 if a fault goes unnoticed.
"""

import io
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from faults.faults import FAULTS, Fault

__all__ = ["Outcome", "planted", "run"]

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "hyperadapters"
AT_ONCE = 2
HEAVY = [
    *("torch", "torch.optim", "scipy.stats", "sklearn.manifold", "matplotlib.figure"),
    *("transformers.optimization", "transformers.generation", "transformers.models.auto"),
    *("transformers.models.bert.modeling_bert", "transformers.models.t5.modeling_t5"),
    *(
        "accelerate",
        "datasets",
        "tokenizers",
        "pydantic",
        "babel.dates",
        "conllu",
        "seqeval.metrics",
    ),
    *("rich.progress", "jaxtyping", "beartype", "hypothesis", "pytest"),
]
"""Imported once, in the process that all others are forked from; never the library itself."""


@dataclass(frozen=True)
class Outcome:
    """What became of a fault: `problem` is empty where its test failed as it must."""

    fault: Fault
    problem: str
    seconds: float
    output: str = field(repr=False, default="")


def planted(fault: Fault, folder: Path) -> None:
    """Copies the library to `folder` with one fault in it.

    Raises:
        ValueError: the text to replace does not stand exactly once in its file.
    """
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / fault.file
    text = file.read_text(encoding="utf-8")
    if text.count(fault.old) != 1:
        raise ValueError(f"the text to replace stands {text.count(fault.old)} times in its file")
    file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")


def run(fault: Fault) -> Outcome:
    """Runs the test of a fault on the copy; for a process of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, io.StringIO() as output:
        try:
            planted(fault, Path(folder) / "hyperadapters")
            with redirect_stdout(output), redirect_stderr(output):
                problem = _tested(fault, folder)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        return Outcome(fault, problem, time.monotonic() - began, output.getvalue())


def _tested(fault: Fault, folder: str) -> str:
    """What is wrong with the way the test ended; nothing if it failed on the planted copy."""
    import pytest

    class Failed:
        """Collects the tests whose own body failed, not their import or fixtures."""

        ids: list[str] = []

        def pytest_collection(self) -> None:
            """A failing property test need not look for the smallest example."""
            from hypothesis import Phase, settings

            settings.register_profile("faults", phases=[Phase.explicit, Phase.generate])
            settings.load_profile("faults")

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.when == "call" and report.failed:
                self.ids.append(report.nodeid)

    os.chdir(ROOT)
    os.environ["PYTHONPATH"] = folder  # of processes that the test starts
    sys.path.insert(0, folder)
    rules = ["-p", "no:cacheprovider", "-x", "-q", "--assert=plain"]
    status = pytest.main([*rules, fault.test], plugins=[Failed()])
    loaded = str(getattr(sys.modules.get("hyperadapters"), "__file__", None))
    if not loaded.startswith(folder):
        return f"the test ran on `{loaded}`, not on the copy"
    if status == pytest.ExitCode.OK:
        return "unnoticed"
    if status != pytest.ExitCode.TESTS_FAILED or Failed.ids != [fault.test]:
        return f"pytest ended with {int(status)}, failed: {Failed.ids}"
    return ""


def main(words: Sequence[str]) -> int:
    """Runs all chosen faults and prints a line for each; the exit status."""
    chosen = [f for f in FAULTS if all(word in f"{f.name} {f.test}" for word in words)]
    os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(HEAVY)
    unnoticed, began = 0, time.monotonic()
    with ProcessPoolExecutor(AT_ONCE, mp_context=context, max_tasks_per_child=1) as pool:
        for outcome in pool.map(run, chosen):
            fault = outcome.fault
            print(f"{outcome.seconds:5.1f} s  {fault.name}: {outcome.problem or 'noticed'}")
            if outcome.problem:
                unnoticed += 1
                print(f"         {fault.file}\n         {fault.test}\n{outcome.output[-3000:]}")
            sys.stdout.flush()
    seconds = time.monotonic() - began
    print(f"{len(chosen) - unnoticed} of {len(chosen)} faults noticed in {seconds:.0f} s")
    return 1 if unnoticed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

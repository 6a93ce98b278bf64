"""How training goes on after a loss that is not finite."""

import json
import shlex
from itertools import count
from pathlib import Path
from typing import Any

from hyperadapters.method import Phase
from hyperadapters.run.assembly import Assembly
from hyperadapters.training import checkpoint

__all__ = ["rescue"]

_SLOWER = 10
"""What the learning rate is divided by."""


def rescue(assembly: Assembly, folder: Path, phase: Phase) -> str:
    """What to do after a phase has failed: a command that trains it at a lower rate, in a folder of
    its own, from the last checkpoint on where there is one.

    Args:
        assembly: the run.
        folder: of its checkpoints.
        phase: that failed.
    """
    run, last = folder.parent, checkpoint.latest(folder)
    changes: dict[str, Any] = {phase.name: {"learning_rate": phase.recipe.learning_rate / _SLOWER}}
    if last is not None:
        number, step = map(int, last.name.split("-"))
        name = assembly.method.phases[number].name
        start = {"run": str(run), "phase": name, "step": step}
        changes[name] = {**changes.get(name, {}), "start_from": start}
    output = next(
        place for n in count(2) if not (place := run.with_name(f"{run.name}-{n}")).exists()
    )
    said = json.dumps(changes, ensure_ascii=False)
    command = ["hyperadapters", "train", str(run / "run.yaml"), "--set", f"output={output}"]
    command += ["--set", f"phases={said}"]
    root = assembly.library.data_root
    command += [] if root is None else ["--data-root", str(root)]
    kept = "the model as it began" if last is None else f"the last good checkpoint, `{last.name}`"
    lines = [f"lower the learning rate from {kept}, on:", f"    {shlex.join(command)}"]
    if phase.recipe.precision != "no":
        lines.append("  or compute with full precision: `recipe.precision: no`")
    return "\n".join(lines)

"""How training goes on after a loss that is not finite."""

import json
import shlex
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from hyperadapters.run.assembly import Assembly
from hyperadapters.training import checkpoint

__all__ = ["rescue"]

_SLOWER = 10
"""What the learning rate is divided by."""


def rescue(assembly: Assembly, folder: Path, number: int, good: int) -> str:
    """What to do after a phase has failed: a command that trains it at a lower rate, in a folder of
    its own, from the last good checkpoint on where there is one.

    Args:
        assembly: the run.
        folder: of its checkpoints.
        number: of the phase, from 0.
        good: updates of the phase after which its weights were good still.
    """
    run, phases = folder.parent, assembly.method.phases
    phase, start = phases[number], checkpoint.latest(folder, (number, good))
    rate = float(f"{phase.recipe.learning_rate / _SLOWER:.6g}")
    changes: dict[str, Any] = {phase.name: {"learning_rate": rate}}
    if start is not None:
        place, step = checkpoint.reached(start)
        name = phases[place].name
        said = {"run": str(run), "phase": name, "step": step}
        changes[name] = {**changes.get(name, {}), "start_from": said}
    kept = "the model as it began" if start is None else f"the last good checkpoint, `{start.name}`"
    lines = [f"lower the learning rate from {kept}, on:", f"    {_command(assembly, run, changes)}"]
    if phase.recipe.precision != "no":
        lines.append("  or compute in full precision: `recipe.precision: no`")
    return "\n".join(lines)


def _command(assembly: Assembly, run: Path, phases: Mapping[str, Any]) -> str:
    names = (run.with_name(f"{run.name}-{number}") for number in count(2))
    output = next(place for place in names if not place.exists())
    told = json.dumps(phases, ensure_ascii=False)
    changes = ["--set", f"output={output}", "--set", f"phases={told}"]
    root = assembly.library.data_root
    data = [] if root is None else ["--data-root", str(root)]
    return shlex.join(["hyperadapters", "train", str(run / "run.yaml"), *changes, *data])

"""Where a run begins: with its own first phase, or with what a phase of another run ended with."""

from pathlib import Path

import torch
from torch import Tensor

from hyperadapters.backbones.architectures import load_tokenizer
from hyperadapters.config import load_run, method_of
from hyperadapters.errors import BundleError, UnknownName
from hyperadapters.method import BACKBONE, HEADS, Method, Part, Phase, Start
from hyperadapters.model.beginning import begin_as
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly
from hyperadapters.run.loading import TOKENIZER, check_tokenizer
from hyperadapters.run.weights import fill
from hyperadapters.training import checkpoint
from hyperadapters.training.progress import Progress

__all__ = ["begin", "ended_with", "first_phase"]


def first_phase(method: Method) -> int:
    """The index of the phase that training begins with: the last that starts from another run."""
    started = [number for number, phase in enumerate(method.phases) if phase.start_from]
    return started[-1] if started else 0


def begin(assembly: Assembly) -> None:
    """Gives a model what another run's phase ended with, where its first phase starts from one.

    Everything but heads that the other run had trained by then must be there under the names of
    this one; the other run may have more, such as adapters of other languages. Names that the
    phase trains by name may be new: they begin as `init_from` says.

    Raises:
        BundleError: the other run, its phase or a part of it is missing, or does not fit; or it has
            trained what this one keeps as it is.
        UnknownName: it has no such phase, or nothing knows the name that `init_from` says.
    """
    phases, number = assembly.method.phases, first_phase(assembly.method)
    start = phases[number].start_from
    if start is None:
        return
    folder = Path(start.run).expanduser()
    trained, source = _parts_by(start, folder), ended_with(start, folder)
    missing = {part for phase in phases[:number] for part in phase.trains} - trained - {HEADS}
    if missing:
        raise BundleError(
            f"the run in `{folder}` has not trained {', '.join(sorted(missing))}",
            expected=f"what the phases before `{phases[number].name}` train",
            found=f"by the end of its phase `{start.phase}`: {', '.join(sorted(trained))}",
        )
    own_parts = {BACKBONE, *assembly.model.adapters}
    lost = trained & own_parts - {part for phase in phases for part in phase.trains}
    if lost:
        raise BundleError(
            f"the run in `{folder}` has trained {', '.join(sorted(lost))}, and this one would not "
            "have it",
            expected="a run that has trained nothing but what this one trains too",
            remedy="give this run the phases of that one up to where it starts",
        )
    _check_tokenizer(assembly, folder)
    model, kept = assembly.model, assembly.model.kept()
    own = {id(p) for part in trained - {HEADS} for p in model.parameters_of(part)}
    heads = {id(p) for p in model.parameters_of(HEADS)} if HEADS in trained else set()
    by_name = phases[number].trains & phases[number].names.keys()
    new = {id(p) for part in by_name for p in model.parameters_of(part)}
    names = {
        n
        for n, p in model.named_parameters()
        if id(p) in own and n in kept and (n in source or id(p) not in new)
    }
    names |= {
        n for n, p in model.named_parameters() if id(p) in heads and n in kept and n in source
    }
    fill(
        {name: kept[name] for name in names},
        {name: tensor for name, tensor in source.items() if name in names},
        where=str(folder),
        cause="the other run has other adapters, other names, or another backbone",
        remedy="start from a run of the same method whose phase has all languages of this one",
    )
    for part in sorted(by_name) if start.init_from else ():
        begin_as(model, phases[number].names[part], str(start.init_from))


def _parts_by(start: Start, folder: Path) -> set[Part]:
    """What a run has trained by where another one starts from it."""
    phases = _phases_of(folder)
    done = phases[: _number(start, folder) + (start.step != 0)]
    return {part for phase in done for part in phase.trains}


def _phases_of(folder: Path) -> tuple[Phase, ...]:
    file = folder / "run.yaml"
    if not file.is_file():
        raise BundleError(
            f"there is no run in `{folder}` to start from",
            expected=f"a file {file}",
            remedy="train it first, or correct `start_from.run`",
        )
    return method_of(load_run(file)).phases


def _number(start: Start, folder: Path) -> int:
    names = [phase.name for phase in _phases_of(folder)]
    if start.phase not in names:
        raise UnknownName("phase", start.phase, names, where=f"start_from: {folder}")
    return names.index(start.phase)


def ended_with(start: Start, folder: Path) -> dict[str, Tensor]:
    """The tensors that a phase of a run ended with, or had in one of its checkpoints, by the names
    of the model's parameters.

    Raises:
        BundleError: the run has not come to the end of this phase, or has no such checkpoint.
        UnknownName: it has no such phase.
    """
    if start.step is not None:
        return _within(start, start.step, folder)
    found = checkpoint.read_phase(folder / "checkpoints", start.phase)
    last = _number(start, folder) == len(_phases_of(folder)) - 1
    trained = bundle.inside(folder)
    if found is None and last and (trained / bundle.FACTS).is_file():
        with torch.random.fork_rng(devices=[]):
            found = bundle.load(trained).model.kept()
    if found is None:
        raise BundleError(
            f"the run in `{folder}` has not come to the end of its phase `{start.phase}`",
            remedy="train it to there first: its `train` command goes on",
        )
    return found


def _within(start: Start, step: int, folder: Path) -> dict[str, Tensor]:
    place = folder / "checkpoints" / Progress(phase=_number(start, folder), step=step).checkpoint
    if not place.is_dir():
        kept = sorted(path.name for path in place.parent.glob(f"{place.name[:4]}*"))
        raise BundleError(
            f"the run in `{folder}` has no checkpoint after {step} updates of `{start.phase}`",
            expected=f"a folder {place}",
            found=", ".join(kept) or "no checkpoint of this phase",
            cause="only the last two checkpoints of a run are kept",
            remedy="correct `start_from.step`, or leave it out for the end of the phase",
        )
    return dict(checkpoint.read(place).tensors["model"])


def _check_tokenizer(assembly: Assembly, folder: Path) -> None:
    """Raises where both runs have learned a vocabulary, and these differ."""
    theirs = folder / TOKENIZER
    if assembly.run.backbone.architecture is None or not theirs.is_dir():
        return
    check_tokenizer(theirs)
    if load_tokenizer(theirs).get_vocab() != assembly.tokenizer.get_vocab():
        raise BundleError(
            "the run to start from has another vocabulary",
            where=str(theirs / "tokenizer.json"),
            cause="a vocabulary is learned from the text that a run trains on",
            remedy="give both runs the backbone of a third one, by `backbone.path`",
        )

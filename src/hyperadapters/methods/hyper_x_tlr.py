"""Hyper-X under the cycle of the target-language-ready systems, over generated adapters."""

from collections.abc import Sequence
from dataclasses import replace

from hyperadapters.method import Method
from hyperadapters.methods.entrance import Invertible
from hyperadapters.methods.hyper_x import hyper_x
from hyperadapters.methods.scale import Scale
from hyperadapters.methods.settings import TLR_TARGETS
from hyperadapters.methods.target_ready import listed, turns
from hyperadapters.schedules import ApartFrom

__all__ = ["hyper_x_tlr"]


def hyper_x_tlr(
    name: str = "hyper-x-tlr",
    *,
    targets: Sequence[str] = TLR_TARGETS,
    source: str = "en",
    text: str = "mlm",
    code: int = 192,
    bottleneck: int = 256,
    embedding: int = 64,
    hidden: int = 192,
    scale: Scale = "paper",
    std: float = 0.02,
    invertible: Invertible = "none",
) -> Method:
    """Hyper-X whose labelled data run under the source and the targets in turn, as if they were in
    each of these languages.

    The network of `hyper-x-base` in its one phase. Micro-batch n of labelled data, and batch n of
    what chooses the checkpoint, run under the adapters that are generated for language n mod k of a
    list, whatever the language of the data; raw text runs under its own, and scores under that of
    the data. So every pair of a task and a target is trained, without data of it. Text and labelled
    data are drawn by turns of chance: with `order: alternate` labelled data could meet some of the
    languages only. In no paper: the schedule is that of Parović et al. (2023), equation 2.

    Args:
        name: of the resulting method.
        targets: the languages, in the order of their turns; those of Parović et al. (2023).
        source: the language of the labelled data; it comes first.
        text: the name of the run's task of language modelling, whose text keeps its language.
        code, bottleneck, embedding, hidden, scale, std, invertible: as of `hyper-x-base`.

    Raises:
        ValueError: a language occurs twice, or values out of range.
    """
    hyper = hyper_x(
        name,
        code=code,
        bottleneck=bottleneck,
        embedding=embedding,
        hidden=hidden,
        scale=scale,
        std=std,
        invertible=invertible,
    )
    cycle = ApartFrom(turns([source, *listed(targets)]), {"task": text})
    (phase,) = hyper.phases
    paper = f"{hyper.paper}; Parović et al. (2023)"
    return replace(hyper, phases=(replace(phase, under=cycle, select_under=cycle),), paper=paper)

"""The names of all built-in systems, and the setting of each one's paper."""

from collections.abc import Callable, Mapping
from functools import partial

from hyperadapters.method import Method
from hyperadapters.methods.bad_x import bad_x
from hyperadapters.methods.houlsby import adapters_dagger, houlsby_adapters, t5_fine_tuning
from hyperadapters.methods.hyper_lora import hyper_x_lora
from hyperadapters.methods.hyper_x import full_fine_tuning, hyper_x, pair_table, task_adapters
from hyperadapters.methods.hyper_x_tlr import hyper_x_tlr
from hyperadapters.methods.hyperformer import hyperformer, hyperformer_plus_plus
from hyperadapters.methods.mad_x import mad_x, mad_x_hyper_x, mad_x_v2
from hyperadapters.methods.psf import psf
from hyperadapters.methods.settings import (
    HYPER_X,
    MASAKHANER,
    PSF,
    Setting,
    glue,
    ml50,
    target_ready,
)
from hyperadapters.methods.target_ready import (
    tlr_all_multi,
    tlr_bilingual,
    tlr_leave_out_targ,
    tlr_leave_out_task,
    tlr_target,
    tlr_task_multi,
)
from hyperadapters.methods.translation import (
    hyper_adapters,
    language_adapters,
    pair_adapters,
    transformer,
)

__all__ = ["METHODS", "SETTINGS"]

METHODS: Mapping[str, Callable[..., Method]] = {
    "full-fine-tuning": full_fine_tuning,
    "hyper-x": partial(hyper_x, "hyper-x", scale="free", shared="task"),
    "hyper-x-small": partial(hyper_x, "hyper-x-small", code=32),
    "hyper-x-base": partial(hyper_x, "hyper-x-base", code=192),
    "hyper-x-lora": hyper_x_lora,
    "hyper-x-tlr": hyper_x_tlr,
    "task-adapters": task_adapters,
    "pair-table": pair_table,
    "mad-x": mad_x,
    "mad-x-hyper-x": mad_x_hyper_x,
    "mad-x-v2": mad_x_v2,
    "bad-x": bad_x,
    "tlr-target": tlr_target,
    "tlr-bilingual": tlr_bilingual,
    "tlr-task-multi": tlr_task_multi,
    "tlr-all-multi": tlr_all_multi,
    "tlr-leave-out-task": tlr_leave_out_task,
    "tlr-leave-out-targ": tlr_leave_out_targ,
    "psf": psf,
    "t5-small-single": partial(t5_fine_tuning, "t5-small-single", "small"),
    "t5-base-single": partial(t5_fine_tuning, "t5-base-single", "base"),
    "t5-small-multi": partial(t5_fine_tuning, "t5-small-multi", "small"),
    "t5-base-multi": partial(t5_fine_tuning, "t5-base-multi", "base"),
    "adapters-small": partial(houlsby_adapters, "adapters-small", "small"),
    "adapters-base": partial(houlsby_adapters, "adapters-base", "base"),
    "adapters-dagger-small": partial(adapters_dagger, "adapters-dagger-small", "small"),
    "adapters-dagger-base": partial(adapters_dagger, "adapters-dagger-base", "base"),
    "hyperformer-small": partial(hyperformer, "hyperformer-small", "small"),
    "hyperformer-base": partial(hyperformer, "hyperformer-base", "base"),
    "hyperformer++-small": partial(hyperformer_plus_plus, "hyperformer++-small", "small"),
    "hyperformer++-base": partial(hyperformer_plus_plus, "hyperformer++-base", "base"),
    "transformer-base": partial(transformer, "transformer-base", "base"),
    "transformer-big": partial(transformer, "transformer-big", "big"),
    "language-adapters-base": partial(
        language_adapters, "language-adapters-base", "base", bottleneck=128
    ),
    "language-adapters-big": partial(
        language_adapters, "language-adapters-big", "big", bottleneck=256
    ),
    "pair-adapters-base": partial(pair_adapters, "pair-adapters-base", "base", bottleneck=128),
    "pair-adapters-big": partial(pair_adapters, "pair-adapters-big", "big", bottleneck=256),
    "hyper-adapters-base-tiny": partial(
        hyper_adapters, "hyper-adapters-base-tiny", "base", hidden=102, bottleneck=128
    ),
    "hyper-adapters-base-small": partial(
        hyper_adapters, "hyper-adapters-base-small", "base", hidden=204, bottleneck=128
    ),
    "hyper-adapters-base-base": partial(
        hyper_adapters, "hyper-adapters-base-base", "base", hidden=612, bottleneck=128
    ),
    "hyper-adapters-big-tiny": partial(
        hyper_adapters, "hyper-adapters-big-tiny", "big", hidden=102, bottleneck=256
    ),
    "hyper-adapters-big-small": partial(
        hyper_adapters, "hyper-adapters-big-small", "big", hidden=204, bottleneck=256
    ),
    "hyper-adapters-big-base": partial(
        hyper_adapters, "hyper-adapters-big-base", "big", hidden=612, bottleneck=256
    ),
}
"""Every method by name; keyword arguments change one value of the published one."""

_BASE, _BIG = ml50("transformer-base"), ml50("transformer-big")
_SMALL_T5, _BASE_T5 = glue("t5-small"), glue("t5-base")

SETTINGS: Mapping[str, Setting] = {
    "full-fine-tuning": HYPER_X,
    "hyper-x": HYPER_X,
    "hyper-x-small": HYPER_X,
    "hyper-x-base": HYPER_X,
    "hyper-x-lora": HYPER_X,
    "hyper-x-tlr": target_ready(),
    "task-adapters": HYPER_X,
    "pair-table": HYPER_X,
    "mad-x": target_ready(),
    "mad-x-hyper-x": HYPER_X,
    "mad-x-v2": target_ready(),
    "bad-x": target_ready(("sw",), target="sw"),
    "tlr-target": target_ready(target="sw"),
    "tlr-bilingual": target_ready(target="sw"),
    "tlr-task-multi": target_ready(targets=MASAKHANER),
    "tlr-all-multi": target_ready(),
    "tlr-leave-out-task": target_ready(left_out=MASAKHANER),
    "tlr-leave-out-targ": target_ready(target="sw"),
    "psf": PSF,
    "t5-small-single": glue("t5-small", ("cola",)),
    "t5-base-single": glue("t5-base", ("cola",)),
    "t5-small-multi": _SMALL_T5,
    "t5-base-multi": _BASE_T5,
    "adapters-small": _SMALL_T5,
    "adapters-base": _BASE_T5,
    "adapters-dagger-small": _SMALL_T5,
    "adapters-dagger-base": _BASE_T5,
    "hyperformer-small": _SMALL_T5,
    "hyperformer-base": _BASE_T5,
    "hyperformer++-small": _SMALL_T5,
    "hyperformer++-base": _BASE_T5,
    "transformer-base": _BASE,
    "transformer-big": _BIG,
    "language-adapters-base": _BASE,
    "language-adapters-big": _BIG,
    "pair-adapters-base": _BASE,
    "pair-adapters-big": _BIG,
    "hyper-adapters-base-tiny": _BASE,
    "hyper-adapters-base-small": _BASE,
    "hyper-adapters-base-base": _BASE,
    "hyper-adapters-big-tiny": _BIG,
    "hyper-adapters-big-small": _BIG,
    "hyper-adapters-big-base": _BIG,
}
"""For every method, its paper's setting."""

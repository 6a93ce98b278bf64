"""Every published system that is built in, side by side, as values."""

from hyperadapters.methods.bad_x import bad_x
from hyperadapters.methods.houlsby import adapters_dagger, houlsby_adapters, t5_fine_tuning
from hyperadapters.methods.hyper_lora import hyper_x_lora
from hyperadapters.methods.hyper_x import full_fine_tuning, hyper_x, pair_table, task_adapters
from hyperadapters.methods.hyper_x_tlr import hyper_x_tlr
from hyperadapters.methods.hyperformer import hyperformer, hyperformer_plus_plus
from hyperadapters.methods.mad_x import mad_x, mad_x_hyper_x, mad_x_v2
from hyperadapters.methods.psf import psf
from hyperadapters.methods.published import METHODS, SETTINGS
from hyperadapters.methods.settings import Setting
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

__all__ = [
    "METHODS",
    "SETTINGS",
    "Setting",
    "adapters_dagger",
    "bad_x",
    "full_fine_tuning",
    "houlsby_adapters",
    "hyper_adapters",
    "hyper_x",
    "hyperformer",
    "hyperformer_plus_plus",
    "hyper_x_lora",
    "hyper_x_tlr",
    "language_adapters",
    "mad_x",
    "mad_x_hyper_x",
    "mad_x_v2",
    "pair_adapters",
    "pair_table",
    "psf",
    "t5_fine_tuning",
    "task_adapters",
    "tlr_all_multi",
    "tlr_bilingual",
    "tlr_leave_out_targ",
    "tlr_leave_out_task",
    "tlr_target",
    "tlr_task_multi",
    "transformer",
]

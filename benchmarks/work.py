"""What a case must compute and move, by formula."""

from typing import NamedTuple

from benchmarks.cases import Case
from benchmarks.setting import Setting

__all__ = ["Work", "work"]

_BYTES = 4
"""Per number: everything is float32."""
_TRAINED = 7
"""Numbers that AdamW moves per parameter: reads weight, gradient, two moments, writes three."""


class Work(NamedTuple):
    """Work of one run of a case.

    FLOPs count products and sums of matrix products only (2 per weight and vector), as
    `torch.utils.flop_counter` does; bytes count weights only, each time one is read or written
    beside the products that use it.
    """

    backbone: float
    adapters: float
    generating: float
    head: float
    copied: float
    stepped: float

    @property
    def flops(self) -> float:
        """All FLOPs."""
        return self.backbone + self.adapters + self.generating + self.head

    @property
    def bytes(self) -> float:
        """All bytes moved."""
        return self.copied + self.stepped


def work(case: Case, setting: Setting) -> Work:
    """The work of a case in a setting."""
    return Work(
        backbone=_backbone(case, setting),
        adapters=_adapters(case, setting),
        generating=_times(case) * _generating(case, setting),
        head=0.0 if case.system == "plain" else _times(case) * _head(setting),
        copied=_copied(case, setting),
        stepped=_BYTES * _TRAINED * _trained(case, setting) if case.trains else 0.0,
    )


def _times(case: Case) -> int:
    """Backward costs two forwards where weights and inputs both have gradients."""
    return 3 if case.trains else 1


def _tokens(setting: Setting) -> int:
    return setting.examples * setting.tokens


def _backbone(case: Case, setting: Setting) -> float:
    """The encoder. Frozen weights have no gradient; below the first adapter is no backward."""
    d, tokens = setting.width, _tokens(setting)
    attention_weights, ffn_weights = 4 * d * d, 2 * d * setting.ffn
    mixing = 4.0 * tokens * setting.tokens * d  # scores and their weighted sums
    linear = 2.0 * tokens * (attention_weights + ffn_weights)
    forward = setting.layers * (linear + mixing)
    if not case.trains:
        return forward
    if case.system == "full fine-tuning":
        return 3 * forward
    deep = setting.layers if case.system == "hyper-x" else setting.layers - 1
    return forward + deep * (linear + 2 * mixing)


def _width(case: Case, setting: Setting) -> int:
    if case.system in ("plain", "full fine-tuning"):
        return 0
    return setting.narrow if case.system == "narrow table" else setting.wide


def _adapters(case: Case, setting: Setting) -> float:
    projection = 2.0 * _tokens(setting) * setting.width * _width(case, setting)
    forward = 2 * setting.layers * projection
    if not case.trains:
        return forward
    # What the first adapter reads has no gradient, unless a norm is trained below it.
    return 3 * forward - (0.0 if case.system == "hyper-x" else projection)


def _entry(case: Case, setting: Setting) -> int:
    """Weights of one adapter."""
    width = _width(case, setting)
    return 2 * setting.width * width + width + setting.width if width else 0


def _generating(case: Case, setting: Setting) -> float:
    if case.system != "hyper-x":
        return 0.0
    inside = 3 * setting.embedding * setting.hidden + setting.hidden * setting.code
    heads = setting.code * _entry(case, setting)
    return 2.0 * setting.layers * case.rows * (inside + heads)


def _head(setting: Setting) -> float:
    return 2.0 * _tokens(setting) * setting.width * setting.labels


def _copied(case: Case, setting: Setting) -> float:
    """Entries of a table are copied to stand side by side; generated weights are written."""
    weights = float(_BYTES * setting.layers * case.rows * _entry(case, setting))
    if case.system == "hyper-x":
        return weights * (2 if case.trains else 1)  # their gradient is written too
    return 2 * weights if case.rows > 1 else 0.0


def _trained(case: Case, setting: Setting) -> int:
    """Parameters that a step changes."""
    d = setting.width
    head = setting.labels * (d + 1)
    if case.system == "full fine-tuning":
        layer = 4 * d * (d + 1) + 2 * d * setting.ffn + setting.ffn + d + 4 * d
        embeddings = (setting.vocabulary + setting.tokens + 2 + 2) * d
        return setting.layers * layer + embeddings + head
    if case.system != "hyper-x":
        return case.rows * setting.layers * _entry(case, setting) + head
    source = 3 * setting.embedding
    inside = (source + 1) * setting.hidden + (setting.hidden + 1) * setting.code
    named = (1 + case.rows + setting.layers) * setting.embedding
    norms = (2 * setting.layers + 1) * 2 * d
    return (setting.code + 1) * _entry(case, setting) + inside + named + norms + head

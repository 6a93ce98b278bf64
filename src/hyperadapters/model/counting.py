"""Parameter counts of adapted models, and what a method can do, read off its plans."""

from typing import Any, cast

from hyperadapters.backbones import backbone_parameters, head_parameters
from hyperadapters.context import Row
from hyperadapters.method import BACKBONE, HEADS, Method
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Provider

__all__ = ["abilities", "counts"]


def counts(model: AdaptedModel) -> dict[str, Any]:
    """Numbers of parameters; works on the device `meta`.

    Returns:
        `backbone` (no pooler, no head, no fixed sinusoids), `trained` by any phase,
        `trained_without_heads`, `added` (adapters, but for changes of the backbone's own weights
        that all rows share), `total` (backbone and what is added), per adapter in `providers`,
        per task in `heads`. Parameters that two adapters share are counted once, with the first.
    """
    backbone = list(backbone_parameters(model.backbone))
    parts = {part for phase in model.phases for part in phase.trains}
    trained = {id(p): p for part in parts for p in model.parameters_of(part)}
    heads = {id(p) for p in model.parameters_of(HEADS)}
    providers, seen = {}, set()
    for name, provider in model.adapters.items():
        own = [p for p in provider.parameters() if id(p) not in seen]
        seen |= {id(p) for p in own}
        providers[name] = _size(own)
    added = sum(size for name, size in providers.items() if _adds(model, name))
    return {
        "backbone": _size(backbone),
        "trained": _size(trained.values()),
        "trained_without_heads": _size(p for key, p in trained.items() if key not in heads),
        "added": added,
        "total": _size(backbone) + added,
        "providers": providers,
        "heads": {task: _head_size(model, task) for task in model.tasks},
    }


_PAIRS = (frozenset({"task", "language"}), frozenset({"source_language", "target_language"}))


def _adds(model: AdaptedModel, adapter: str) -> bool:
    """Whether the backbone cannot simply take its weights over: it could, from one row."""
    keyed = bool(cast(Provider, model.adapters[adapter]).factors)
    return keyed or any(form.adds for form in model.forms[adapter].values())


def _size(parameters: Any) -> int:
    return sum(parameter.numel() for parameter in parameters)


def _head_size(model: AdaptedModel, task: str) -> int:
    """What a task's head has of its own; 0 where an adapter that is counted gives all of it."""
    if not model.tasks[task].heads:
        return _size(head_parameters(model.backbone))
    return sum(
        _size(p.parameters()) for key, p in model.heads.items() if key == str(Row(task=task))
    )


def abilities(method: Method) -> dict[str, bool]:
    """What a method's weights depend on, and so what it can be asked for.

    Returns:
        `multi_task`: one run serves several tasks with weights that tasks share.
        `cross_lingual`: what is trained on one language serves others, because it is shared between
        languages or composed from parts that are.
        `new_language`: a language outside pre-training gets weights from its own raw text.
        `unseen_pair`: weights for a pair of task and language, or of source and target language,
        are composed from parts that were trained apart.
    """
    factors = [set(adapter.weights.factors) for adapter in method.adapters]
    named = set().union(*factors) if factors else set()
    embedded = {f for adapter in method.adapters for f in adapter.weights.embeddings}
    trains_backbone = any(BACKBONE in phase.trains for phase in method.phases)
    keyed_apart = not any(pair <= own and not own <= embedded for own in factors for pair in _PAIRS)
    return {
        "multi_task": "task" in embedded or (trains_backbone and "task" not in named),
        "cross_lingual": keyed_apart,
        "new_language": "language" in named,
        "unseen_pair": any(pair <= named for pair in _PAIRS) and keyed_apart,
    }

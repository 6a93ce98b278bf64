"""Labels: those that corpora and models have, and what a run file makes of them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from hyperadapters.errors import ConfigError, DataError, nearest
from hyperadapters.examples import Tagged, Tree
from hyperadapters.tasks.batch import IGNORED

__all__ = ["Listing", "labels_of", "mapped", "named_by", "no_label", "numbered", "told_of"]


@runtime_checkable
class Listing(Protocol):
    """Settings of a task that may list its labels."""

    labels: tuple[str, ...] | None


def mapped(label: str, label_map: Mapping[str, str]) -> str:
    """`label` as a run file's `label_map` changes it.

    A key is a whole label (`B-DATE: O`) or an entity type (`DATE: O`, `GPE: LOC`); whole labels
    come first. A type mapped to `O` loses its prefix, one mapped to another type keeps it.
    """
    if label in label_map:
        return label_map[label]
    prefix, dash, entity = label.partition("-")
    if not dash or entity not in label_map:
        return label
    return "O" if label_map[entity] == "O" else f"{prefix}-{label_map[entity]}"


def labels_of(
    examples: Iterable[Tagged], label_map: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The mapped labels of `examples`, in a head's order: `O` first, then the others sorted."""
    each = (label for example in examples for label in example.labels if label is not None)
    found = {mapped(label, label_map or {}) for label in each}
    return tuple(sorted(found, key=lambda label: (label != "O", label)))


def numbered(
    example: Tagged | Tree, read: Callable[[str], str], task: str, labels: Sequence[str]
) -> list[int]:
    """The place of each word's label among `labels`; -100 of a word without one.

    Args:
        read: what the task takes a label of a corpus for.
        task: its name.
        labels: those of the task.

    Raises:
        DataError: a label that the task does not have.
    """
    index = {label: place for place, label in enumerate(labels)}
    gold = []
    for word, label in zip(example.words, example.labels, strict=True):
        here = None if label is None else read(label)
        if label is not None and here not in index:
            found = f"`{label}` at the word `{word}` of `{example.text[:80]}`"
            raise no_label(label, str(here), task, labels, found)
        gold.append(IGNORED if here is None else index[here])
    return gold


def no_label(
    label: str, here: str, task: str, labels: Sequence[str], found: str, *, key: str | None = None
) -> DataError:
    """What to say of a label that a task does not have.

    Args:
        here: what the label map makes of it.
        labels: those of the task.
        found: where it stands.
        key: of the label map that would change it; the entity type of the label when absent.
    """
    close, key = nearest(here, labels), key or label.partition("-")[2] or label
    onto = "O" if "O" in labels else close or labels[0]
    after = f", `{here}` after the label map," if here != label else ""
    return DataError(
        f"label `{label}`{after} is not among the labels of task `{task}`",
        expected=f"one of {', '.join(labels)}",
        found=found,
        cause="the corpus has another label set than the task",
        remedy=(f"did you mean `{close}`? If not, " if close else "")
        + f"map it onto one of these, `--set tasks.{task}.label_map.{key}={onto}`; "
        f"before a run is trained, `{here}` can be added to its `labels`",
    )


def named_by(shape: Any, settings: Listing) -> dict[str, Any]:
    """The labels of a classifier that this library did not make, in the order of its head.

    Raises:
        ConfigError: neither it nor the settings name them.
    """
    names = [shape.id2label[place] for place in range(len(shape.id2label))]
    if not all(re.fullmatch(r"LABEL_\d+", name) for name in names):
        return {"labels": names}
    if settings.labels is not None and len(settings.labels) == len(names):
        return {"labels": list(settings.labels)}
    raise ConfigError(
        "the model does not name its labels",
        expected=f"{len(names)} names under `labels` of the task, in the order of the model's head",
        found=", ".join(names[:4]),
    )


def told_of(settings: Listing) -> dict[str, Any]:
    """What a folder of `peft` must be told of its head: the labels that are listed, if any."""
    return {"id2label": dict(enumerate(settings.labels))} if settings.labels else {}

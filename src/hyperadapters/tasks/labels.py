"""Labels of words: those that corpora have, and what a run file makes of them."""

from collections.abc import Iterable, Mapping, Sequence

from hyperadapters.errors import DataError, nearest
from hyperadapters.examples import Tagged

__all__ = ["labels_of", "mapped", "no_label"]


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


def no_label(label: str, here: str, task: str, labels: Sequence[str], found: str) -> DataError:
    """What to say of a label that a task does not have.

    Args:
        here: what the label map makes of it.
        labels: those of the task.
        found: where it stands.
    """
    close, key = nearest(here, labels), label.partition("-")[2] or label
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

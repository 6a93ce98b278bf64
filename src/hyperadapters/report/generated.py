"""What a hypernetwork wrote when it was last looked at: how large, and what it varies by."""

from collections.abc import Mapping, Sequence
from typing import Any

from hyperadapters.report.markup import element, heading, table, text
from hyperadapters.report.runs import Record, RunReport

__all__ = ["generated_tables", "last_looked_at", "told", "written_facts"]

_SHARES = {
    "common": "the same everywhere",
    "layers": "layers",
    "tasks": "tasks",
    "languages": "languages",
    "rest": "combinations",
}
"""By their names in `metrics.jsonl`."""


def last_looked_at(records: Sequence[Record]) -> Mapping[str, Mapping[str, float]]:
    """By adapter and slot, the numbers of the last update that was looked at; empty without one.

    `step` is the largest of all that were looked at: rates mostly fall to nothing at the end.
    """
    looked: list[Any] = [one["generated"] for one in records if "generated" in one]
    return {
        slot: {**numbers, "step": max(one[slot]["step"] for one in looked if slot in one)}
        for slot, numbers in (looked[-1] if looked else {}).items()
    }


def generated_tables(runs: Sequence[RunReport], names: Sequence[str]) -> str:
    """A table per run that has generated weights, and a sentence that says what it shows."""
    parts = []
    for run, name in zip(runs, names, strict=True):
        found = last_looked_at(run.curves)
        if found:
            head = [text(name), "size", "moved by at most", *_SHARES.values()]
            body = [_row(slot, numbers) for slot, numbers in found.items()]
            parts += [table([*map(heading, head)], body), element("p", text(told(found)))]
    return "".join(parts)


def _row(slot: str, numbers: Mapping[str, float]) -> str:
    cells = [f"{numbers['size']:.3g}", f"{numbers['step']:.2g}"]
    cells += [f"{numbers[share]:.0%}" for share in _SHARES]
    label = element("th", text(slot), scope="row")
    return element("tr", label, *(element("td", cell) for cell in cells))


def written_facts(records: Sequence[Record]) -> dict[str, dict[str, str]]:
    """The same in words, under `generated`, for `describe`; nothing without generated weights."""
    found = last_looked_at(records)
    told_of = {
        slot: f"size {numbers['size']:.3g}, moved by at most {numbers['step']:.2g}; "
        + ", ".join(f"{label} {numbers[share]:.0%}" for share, label in _SHARES.items())
        for slot, numbers in found.items()
    }
    return {"generated": told_of} if told_of else {}


def told(found: Mapping[str, Mapping[str, float]]) -> str:
    """What the largest of the generated weights vary by, as a sentence."""
    slot, numbers = max(found.items(), key=lambda one: one[1]["size"])
    varies = {share: numbers[share] for share in ("layers", "tasks", "languages")}
    most = max(varies, key=lambda share: varies[share])
    parts = ", ".join(f"{_SHARES[share]} {value:.0%}" for share, value in varies.items())
    return (
        f"Of {slot}, whose weights have a size of {numbers['size']:.2g}, {numbers['common']:.0%} "
        f"is the same for every layer, task and language; of the rest most differs by {most} "
        f"({parts})."
    )

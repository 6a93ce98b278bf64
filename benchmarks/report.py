"""Measurements as tables, and in words what falls short."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.cases import CASES, PLAIN, Case
from benchmarks.languages import Grown
from benchmarks.setting import Setting
from benchmarks.timing import Spread
from benchmarks.work import Work, work

__all__ = ["Measured", "as_json", "explanations", "print_languages", "print_memory", "print_speed"]

NOISE = 0.02
"""A ratio so close above an aim of 1.0 counts as 1.0: it is the scatter of equal code."""


class Measured(NamedTuple):
    """A case, its seconds, and its ratios over what ran right before."""

    case: Case
    seconds: Spread
    ratio: Spread

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached; None without one."""
        if self.case.aim is None:
            return None
        slack = NOISE if self.case.aim == 1.0 else 0.0
        return self.ratio.median <= self.case.aim + slack


def expected(done: Work, over: Work, unit: float, bandwidth: float) -> tuple[float, float]:
    """The ratio that FLOPs alone give, and what moving bytes adds to it.

    Args:
        done: of the case.
        over: of what it is divided by.
        unit: seconds of what it is divided by.
        bandwidth: bytes per second.
    """
    return done.flops / over.flops, (done.bytes - over.bytes) / bandwidth / unit


def _expected(one: Measured, setting: Setting, bandwidth: float) -> tuple[float, float]:
    over = next(case for case in CASES if case.name == one.case.over)
    unit = one.seconds.median / one.ratio.median
    return expected(work(one.case, setting), work(over, setting), unit, bandwidth)


def print_speed(
    console: Console, measured: Sequence[Measured], setting: Setting, bandwidth: float
) -> None:
    """One line per case."""
    table = Table(title="time over the plain forward, medians", title_justify="left")
    table.add_column("what", no_wrap=True)
    for name in ("ms", "ratio", "min..max", "aim", "", "by FLOPs", "+ bytes"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in measured:
        flops, moved = _expected(one, setting, bandwidth)
        aim = "" if one.case.aim is None else f"{one.case.aim:.2f}"
        verdict = {True: "met", False: "NOT MET", None: ""}[one.met]
        table.add_row(
            one.case.name,
            f"{one.seconds.median * 1e3:,.0f}",
            f"{one.ratio.median:.3f}",
            f"{one.ratio.least:.3f}..{one.ratio.most:.3f}",
            aim,
            verdict,
            f"{flops:.3f}",
            f"{moved:+.3f}",
        )
    console.print(table)
    others = [f"`{c.name}` is divided by `{c.over}`" for c in CASES if c.over != PLAIN.name]
    console.print(
        f"Copies move {bandwidth / 1e9:.1f} GB/s here. "
        + ", ".join([*others, f"all else by `{PLAIN.name}`."]),
        soft_wrap=True,
    )
    for line in explanations(measured, setting, bandwidth):
        console.print(line, soft_wrap=True)


def explanations(measured: Sequence[Measured], setting: Setting, bandwidth: float) -> list[str]:
    """For each aim that is not met: what FLOPs and bytes account for, and what is left."""
    lines = []
    for one in measured:
        if one.met is not False:
            continue
        own = work(one.case, setting)
        flops, moved = _expected(one, setting, bandwidth)
        parts = {"backbone": own.backbone, "adapters": own.adapters, "generating": own.generating}
        told = ", ".join(f"{name} {value / 1e9:.1f}" for name, value in parts.items())
        lines.append(
            f"{one.case.name}: {one.ratio.median:.3f}, aim {one.case.aim:.2f}. "
            f"GFLOP: {told}, together {flops:.3f} times the unit's. "
            f"Weights copied {own.copied / 1e6:,.0f} MB, "
            f"moved by AdamW {own.stepped / 1e6:,.0f} MB: {moved:+.3f}. "
            f"Left over {one.ratio.median - flops - moved:+.3f}."
        )
    return lines


def print_memory(console: Console, peaks: Mapping[str, int]) -> None:
    """Peak memory per case."""
    table = Table(title="peak memory, each in a process of its own", title_justify="left")
    table.add_column("what", no_wrap=True)
    table.add_column("MB", justify="right")
    table.add_column("over plain", justify="right")
    for name, peak in peaks.items():
        table.add_row(name, f"{peak / 1e6:,.0f}", f"{(peak - peaks[PLAIN.name]) / 1e6:+,.0f}")
    console.print(table)


def print_languages(console: Console, measured: Sequence[Grown]) -> None:
    """Step time and parameters per number of languages."""
    table = Table(title="Hyper-X Base, training step, one row", title_justify="left")
    names = ("languages", "ms", "over the first", "min..max", "parameters", "tables of width 48")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for one in measured:
        table.add_row(
            f"{one.languages:,}",
            f"{one.seconds.median * 1e3:,.0f}",
            f"{one.ratio.median:.3f}",
            f"{one.ratio.least:.3f}..{one.ratio.most:.3f}",
            f"{one.hyper_x:,}",
            f"{one.tables:,}",
        )
    console.print(table)


def as_json(
    measured: Sequence[Measured], setting: Setting, bandwidth: float
) -> list[dict[str, Any]]:
    """Speed, for a file."""
    return [
        {
            "name": one.case.name,
            "over": one.case.over,
            "seconds": one.seconds._asdict(),
            "ratio": one.ratio._asdict(),
            "aim": one.case.aim,
            "met": one.met,
            "work": work(one.case, setting)._asdict(),
            "by_flops": _expected(one, setting, bandwidth)[0],
            "by_bytes": _expected(one, setting, bandwidth)[1],
        }
        for one in measured
    ]

"""The groups of languages that a matrix has means of: those of the run file, and tiers by size."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from hyperadapters.errors import ContextError
from hyperadapters.run.assembly import Assembly

__all__ = ["groups_of"]

Members = tuple[str, ...]
"""The languages of a group."""


def groups_of(assembly: Assembly, *, tiers: bool = True) -> dict[str, Members]:
    """Name -> languages: the groups of the run, and each tier of each.

    Args:
        tiers: whether to look at the training corpora, which tiers are made by.
    """
    groups = {
        name: tuple(
            dict.fromkeys(text for member in members for text in _as_cells(assembly, member))
        )
        for name, members in assembly.run.groups.items()
    }
    return groups | (_crossed(groups, _tiers(assembly)) if tiers else {})


def _as_cells(assembly: Assembly, member: str) -> Iterator[str]:
    """A member as the cells of the run's tasks are called."""
    for settings in assembly.run.tasks.values():
        with suppress(ContextError):
            yield str(settings.route(member))
    yield member


def _crossed(groups: Mapping[str, Members], tiers: Mapping[str, Members]) -> dict[str, Members]:
    """Every tier of every group, `from English, low`; without groups, the tiers themselves."""
    if not groups:
        return dict(tiers)
    crossed = {
        f"{group}, {tier}": tuple(name for name in members if name in own)
        for group, members in groups.items()
        for tier, own in tiers.items()
    }
    return {name: members for name, members in crossed.items() if members}


def _tiers(assembly: Assembly) -> dict[str, Members]:
    """The languages of each tier, by the training examples of the tasks that are scored."""
    tiers = sorted(assembly.run.tiers.items(), key=lambda tier: -tier[1])
    found: dict[str, list[str]] = {name: [] for name, _ in tiers}
    phases = [phase for phase in assembly.method.phases if phase.acts != frozenset()]
    scored = dict.fromkeys(cell for phase in phases for cell in phase.cells)
    sizes: dict[str, int] = {}
    library = assembly.origin or assembly.library
    for cell in scored if tiers else ():
        if cell.task in assembly.run.evaluate:
            name, size = str(cell.route), len(library.corpus(cell, "train"))
            sizes[name] = max(size, sizes.get(name, 0))
    for language, size in sizes.items():
        reached = [name for name, least in tiers if size >= least]
        for name in reached[:1]:
            found[name].append(language)
    return {name: tuple(members) for name, members in found.items() if members}

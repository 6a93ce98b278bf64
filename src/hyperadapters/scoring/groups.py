"""The groups of languages that a matrix has means of: those of the run file, and tiers by size."""

from collections.abc import Mapping

from hyperadapters.run.assembly import Assembly

__all__ = ["groups_of"]

Members = tuple[str, ...]
"""The languages of a group."""


def groups_of(assembly: Assembly, *, tiers: bool = True) -> dict[str, Members]:
    """Name -> languages: the groups of the run, and each tier of each.

    Args:
        tiers: whether to look at the training corpora, which tiers are made by.
    """
    groups = {name: tuple(members) for name, members in assembly.run.groups.items()}
    return groups | (_crossed(groups, _tiers(assembly)) if tiers else {})


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
    scored = [pair for pair in assembly.trained_pairs() if pair[0] in assembly.run.evaluate]
    sizes: dict[str, int] = {}
    library = assembly.origin or assembly.library
    for task, language in scored if tiers else ():
        size = len(library.corpus(task, language, "train"))
        sizes[language] = max(size, sizes.get(language, 0))
    for language, size in sizes.items():
        reached = [name for name, least in tiers if size >= least]
        for name in reached[:1]:
            found[name].append(language)
    return {name: tuple(members) for name, members in found.items() if members}

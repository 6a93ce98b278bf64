"""Any provider at chosen rows, as a table: for export, caching and equivalence."""

from collections.abc import Collection, Sequence

import torch

from hyperadapters.context import Row
from hyperadapters.providers.base import Provider, Supply
from hyperadapters.providers.table import Table
from hyperadapters.sites import Site

__all__ = ["materialise", "written"]


def materialise(
    provider: Provider, rows: Sequence[Row], sites: Collection[Site] | None = None
) -> Table:
    """A table with the weights that `provider` gives in evaluation mode.

    Args:
        provider: what to ask, once.
        rows: distinct, projected on the provider's factors.
        sites: some of the provider's sites; all of them by default.
    """
    wanted = {
        site: slots for site, slots in provider.slots.items() if sites is None or site in sites
    }
    weights = written(provider, rows, list(wanted)).weights
    return Table.of(provider.factors, rows, wanted, weights).eval()


def written(provider: Provider, rows: Sequence[Row], sites: Collection[Site]) -> Supply:
    """What `provider` gives in evaluation mode, without gradients; arguments as for
    `materialise`.
    """
    training = provider.training
    provider.eval()
    try:
        with torch.no_grad():
            return provider(rows, sites)
    finally:
        provider.train(training)

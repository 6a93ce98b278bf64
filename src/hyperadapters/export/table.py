"""Our own folders of one row: a trained model whose hypernetworks are tables of what they wrote."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast, final

from hyperadapters.errors import UnknownName
from hyperadapters.export.adaptation import row_of
from hyperadapters.export.base import Format, Writer
from hyperadapters.providers import Provider, materialise
from hyperadapters.routes import Cell
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly

__all__ = ["Rows"]


@final
@dataclass(frozen=True)
class Rows(Format):
    """What `train` writes into `model`, with the weights of one row in place of what writes them:
    every method, form and head. `hyperadapters.load`, `predict`, `evaluate` and `start_from` read
    it, and it needs no other library.
    """

    name: ClassVar[str] = "table"

    def start(self, assembly: Assembly) -> Writer:
        """See `Format`."""
        return _RowsWriter(assembly)


@final
class _RowsWriter(Writer):
    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly

    def write(self, cell: Cell, folder: Path) -> None:
        assembly = self._assembly
        if cell.task not in assembly.tasks:
            raise UnknownName("task", cell.task, assembly.tasks)
        model, row = assembly.model, row_of(assembly, cell)
        networks = {name: cast(Provider, own) for name, own in model.adapters.items()}
        try:
            for name, own in networks.items():
                model.adapters[name] = materialise(own, [row.of(own.factors)])
            bundle.write(assembly, folder, rows=[row])
        finally:
            for name, own in networks.items():
                model.adapters[name] = own

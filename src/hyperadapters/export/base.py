"""What every format is: how a row of a trained model becomes a folder."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, final

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from hyperadapters.errors import BundleError
from hyperadapters.export.adaptation import Adaptation, Adapting
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly

__all__ = [
    "FACTS",
    "Format",
    "Light",
    "Writer",
    "read_json",
    "read_tensors",
    "write_facts",
    "write_json",
    "write_tensors",
]

FACTS = "hyperadapters.json"
"""What a folder says of where its weights come from: row, backbone, labels."""

_CONVERSION = (
    'python -c "import torch, safetensors.torch as s; '
    "s.save_file({k: v.clone() for k, v in torch.load('%s', weights_only=True).items()}, '%s')\""
)


class Format(ABC):
    """A way to write a row down.

    Attributes:
        name: on the command line.
        options: the parameters of its constructor that a command may give.
    """

    name: ClassVar[str]
    options: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def start(self, assembly: Assembly) -> "Writer":
        """What writes rows of one model, one after the other."""


class Writer(ABC):
    """Writes rows of one model."""

    @abstractmethod
    def write(self, cell: Cell, folder: Path) -> None:
        """Writes the row of a cell into a folder that is there and empty.

        Raises:
            ConfigError: the format cannot carry it.
            UnknownName: the model knows no such row.
        """


class Light(Format):
    """A format of adapters beside a backbone that is elsewhere.

    Args:
        base: what the backbone is called where the rows are used; None for what it was loaded from.
    """

    base: str | None

    @abstractmethod
    def save(self, adaptation: Adaptation, folder: Path) -> None:
        """Writes what a row adds into a folder that is there.

        Raises:
            ConfigError: the format cannot carry it.
        """

    @final
    def start(self, assembly: Assembly) -> Writer:
        """Rows are taken out of the model one by one."""
        return _LightWriter(self, Adapting(assembly, self.base))


@final
class _LightWriter(Writer):
    def __init__(self, format: Light, adapting: Adapting) -> None:
        self._format = format
        self._adapting = adapting

    def write(self, cell: Cell, folder: Path) -> None:
        adaptation = self._adapting.adaptation(cell)
        self._adapting.refuse_trained_head(cell, self._format.name)
        self._format.save(adaptation, folder)


def write_json(values: Mapping[str, Any], file: Path) -> None:
    """Writes a file of JSON; keys stay in their order, which tells the labels of a head theirs."""
    text = json.dumps(values, indent=2, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def write_facts(adaptation: Adaptation, folder: Path) -> None:
    """Writes down where the weights of a folder come from: row, backbone, labels of the head."""
    values: dict[str, Any] = {"row": dict(adaptation.row), "backbone": adaptation.base}
    values |= {"revision": adaptation.revision, **adaptation.facts}
    write_json(values, folder / FACTS)


def read_json(file: Path) -> dict[str, Any]:
    """The object in a file of JSON.

    Raises:
        BundleError: there is none.
    """
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _unread(file, error) from error
    if not isinstance(values, dict):
        raise _unread(file, ValueError("no object"))
    return values


def _unread(file: Path, error: Exception) -> BundleError:
    return BundleError(
        f"`{file.parent}` is no folder of an adapter",
        where=str(file),
        expected="a file that the library which made the folder wrote",
        found=str(error).splitlines()[0] if str(error) else type(error).__name__,
    )


def write_tensors(tensors: Mapping[str, Tensor], file: Path) -> None:
    """Writes tensors as other libraries do: safetensors whose metadata is `format: pt`."""
    stored = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(stored, file, {"format": "pt"})


def read_tensors(file: Path, pickled: str) -> dict[str, Tensor]:
    """The tensors in a file of safetensors.

    Args:
        file: of tensors.
        pickled: the name that the same tensors have beside it where they are pickled.

    Raises:
        BundleError: there is none, it is damaged, or there are only pickled ones.
    """
    old = file.with_name(pickled)
    if not file.is_file() and old.is_file():
        raise BundleError(
            f"`{old.name}` is pickled, and no pickle is read",
            where=str(file.parent),
            expected=f"`{file.name}`",
            cause="a pickle can run code while it is read",
            remedy="if you trust it, convert it there: " + _CONVERSION % (pickled, file.name),
        )
    try:
        with safe_open(file, "pt") as stored:
            return {name: stored.get_tensor(name) for name in stored.keys()}
    except Exception as error:  # `safetensors` has several, and none of its own for odd types
        raise _unread(file, error) from error

"""What others get of a trained model: a folder with its bundle, its figures, and its card.

FOLDER/
├── README.md           the model card, which may be edited: nothing is read from it
├── results.json        the scores of the run, where it has some
└── model/              the bundle, with the backbone unless that is a model of the hub
"""

import shutil
from pathlib import Path

from hyperadapters.errors import BundleError
from hyperadapters.machine.whole import whole
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly
from hyperadapters.run.hub import FIGURES
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.trained.card import card

__all__ = ["figures_in", "write"]

_CARD = "README.md"


def write(
    assembly: Assembly,
    folder: Path,
    *,
    run: Path | None,
    name: str,
    license: str,
    revision: str | None = None,
) -> None:
    """Writes all that another machine needs of a model, whole or not at all.

    Args:
        assembly: the model.
        folder: that is not there yet, or is empty.
        run: the folder that the model was read from; None where it was made here.
        name: what others load it by.
        license: of the model, by its name on the hub; empty for none.
        revision: the branch that others load; None for the main one.

    Raises:
        BundleError: the folder is not empty, a figure is broken, or the model cannot be read
            without files that stay here.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BundleError(
            f"`{folder}` is not empty",
            expected="a folder that is not there yet, or is empty",
            remedy="give another folder, or remove what is there",
        )
    figures = figures_in(run)
    with whole(folder) as part:
        part.mkdir()
        _write_bundle(assembly, part / "model", run)
        text = card(assembly, figures, name, license, revision)
        (part / _CARD).write_text(text, encoding="utf-8")
        if figures is not None:
            (part / FIGURES).write_text(figures.to_json(), encoding="utf-8")


def _write_bundle(assembly: Assembly, folder: Path, run: Path | None) -> None:
    """The bundle as it is, so that what `adapt` fitted beside it still fits; or a new one."""
    if run is None:
        folder.mkdir()
        bundle.write(assembly, folder)
    else:
        shutil.copytree(bundle.inside(run), folder, ignore=shutil.ignore_patterns(".*"))
    if "backbone.path" in bundle.outside(folder):
        bundle.enclose(assembly, folder)
    needed = bundle.outside(folder)
    if needed:
        raise BundleError(
            f"the model is read with a file that stays here: `{needed[0]}`",
            expected="a model that needs no other file",
            remedy="export its rows with `--format table`, which has none of them",
        )
    bundle.load(folder)  # nothing leaves that cannot be read again


def figures_in(run: Path | None) -> Matrix | None:
    """The scores in the folder of a run; None where there are none.

    Raises:
        BundleError: they are broken.
    """
    if run is None:
        return None
    file = (run.parent if run.name == "model" else run) / FIGURES
    if not file.is_file():
        return None
    return Matrix.from_json(file.read_bytes(), str(file))

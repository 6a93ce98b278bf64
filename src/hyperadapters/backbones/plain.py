"""Models with heads of their own, as `transformers` and `peft` save them: read, never adapted."""

from pathlib import Path
from typing import Any

import transformers

from hyperadapters.backbones.architectures import pretrained
from hyperadapters.errors import BackboneError

__all__ = ["load_plain"]


def load_plain(auto: str, source: str | Path) -> Any:
    """A model in float32 and evaluation mode; of files only safetensors are read, and no code that
    lies beside them is run. A folder of `peft` needs that package.

    Args:
        auto: the class of `transformers` that reads it, such as `AutoModelForTokenClassification`.
        source: a folder, or a name on the hub.

    Raises:
        BackboneError: it cannot be found or read, or its files lack weights of its head.
    """
    model, missing = pretrained("model", source, getattr(transformers, auto))
    if missing:
        raise BackboneError(
            f"the model `{source}` is not whole",
            expected=f"weights for everything that `{auto}` has",
            found=f"{len(missing)} tensors are missing, among them `{min(missing)}`",
            cause="a backbone without a trained head, or one for another kind of task",
            remedy="give a model that was trained for this task",
        )
    return model.eval()

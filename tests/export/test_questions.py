"""A row that answers questions becomes a model of `transformers` that does."""

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForQuestionAnswering

import exporting
from exporting import LORA
from hyperadapters.errors import ConfigError
from hyperadapters.export import export, format_of

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
"""What `peft` 0.21 still calls in `transformers` 5.23."""


@torch.no_grad()
def ends(model: Any, given: dict[str, torch.Tensor]) -> torch.Tensor:
    found = model.eval()(**given)
    return torch.stack([found.start_logits, found.end_logits], dim=-1)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_both_ends_are_those_of_the_row(family: str, tmp_path: Path) -> None:
    assembly, cell = exporting.asking(family, tmp_path, LORA)
    given = exporting.inputs(family)
    wanted = exporting.answers(assembly, given, cell)
    assert (wanted[..., 0] - wanted[..., 1]).abs().max() > 0.1, "the ends do not differ"
    (merged,) = export(assembly, [cell], tmp_path / "merged", format_of("merged", {}))
    model = AutoModelForQuestionAnswering.from_pretrained(merged)
    torch.testing.assert_close(ends(model, given), wanted, rtol=1e-5, atol=1e-5)
    (light,) = export(assembly, [cell], tmp_path / "light", format_of("peft", {}))
    base = AutoModelForQuestionAnswering.from_pretrained(assembly.model.backbone.name_or_path)
    tuned = PeftModel.from_pretrained(base, light)
    torch.testing.assert_close(ends(tuned, given), wanted, rtol=1e-5, atol=1e-5)


def test_a_class_that_reads_the_decoder_is_another_model(tmp_path: Path) -> None:
    assembly, cell = exporting.asking("t5", tmp_path, LORA)
    told = r"(?s)head of task `qa`.*T5ForQuestionAnswering.*reads the decoder"
    with pytest.raises(ConfigError, match=told):
        export(assembly, [cell], tmp_path / "out", format_of("merged", {}))
    assert not (tmp_path / "out").exists()

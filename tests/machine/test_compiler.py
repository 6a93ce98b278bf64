"""Whether this machine can compile, and what is said where it cannot."""

import pytest
import torch

from hyperadapters.errors import TrainingError
from hyperadapters.machine.compiler import check_compiler


@pytest.mark.filterwarnings("ignore")  # of the compiler, as it is loaded
def test_a_machine_without_a_compiler_is_refused_with_a_remedy() -> None:
    from torch._inductor import config

    with (
        config.patch({"cpp.cxx": ("no-such-compiler",)}),
        pytest.raises(TrainingError, match=r"cannot compile a model(.|\n)*no-such-(.|\n)*`g\+\+`"),
    ):
        check_compiler(torch.device("cpu"))

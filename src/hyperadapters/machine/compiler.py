"""Whether `torch.compile` finds on this machine what it compiles with."""

import random

import torch

from hyperadapters.errors import TrainingError

__all__ = ["check_compiler"]


def check_compiler(device: torch.device) -> None:
    """Nothing if a small function can be compiled here, and run.

    On a CPU that takes a C++ compiler and the headers of Python, on a GPU `triton` too.

    Raises:
        TrainingError: it cannot.
    """
    new = random.SystemRandom().random()  # in the code, so that no cache has it
    try:
        small = torch.compile(lambda numbers: numbers.exp() * new, fullgraph=True, dynamic=False)
        small(torch.ones(8, device=device))
    except Exception as error:  # of the compiler, of its linker, of the disk: whatever there is
        raise TrainingError(
            "this machine cannot compile a model",
            where="recipe.compile",
            expected="a C++ compiler (`g++`, or one that the variable `CXX` names) and the headers "
            "of Python; on a GPU `triton` too",
            found=(str(error).splitlines() or [type(error).__name__])[0],
            remedy="install what is missing, such as the packages `g++` and `python3-dev`, or "
            "leave out `recipe.compile`",
        ) from error

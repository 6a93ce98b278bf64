"""An encoder that changes nothing."""

import pytest
import torch

from hyperadapters.errors import ConfigError
from hyperadapters.providers import Direct


def test_it_gives_what_it_reads() -> None:
    read = torch.randn(2, 3, 4)
    assert Direct(4).build(4)(read) is read
    assert Direct(4).code == 4


def test_another_width_is_refused() -> None:
    with pytest.raises(ConfigError, match="another width(.|\n)*4 features(.|\n)*found: 5"):
        Direct(4).build(5)
    with pytest.raises(ValueError, match="a width is at least 1, not 0"):
        Direct(0)

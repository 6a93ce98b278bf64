"""`python -m fuzz`: see `fuzz.running`."""

import os
import sys

# Before anything is imported that would ask the hub, or start threads before processes are forked.
for _name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from fuzz.running import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())

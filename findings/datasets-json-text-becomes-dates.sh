#!/usr/bin/env bash
# datasets 5.2.0: `load_dataset("json", ...)` gives a column of JSON strings another type where all of them look like
# dates: "2024-01-05" comes back as a `datetime`, its feature is `timestamp[s]`, and written as text it is
# "2024-01-05 00:00:00". A string that looks otherwise, anywhere in the column, and all are strings again. So the words
# of a corpus (lines of a calendar, answers "when") depend on their neighbours in the file.
#
# Seen:
#   only dates: timestamp[s] 2024-01-05 00:00:00
#   one other text behind them: string 2024-01-05
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datasets==5.2.0
HF_HUB_OFFLINE=1 HF_DATASETS_CACHE="$folder/cache" "$folder/venv/bin/python" - "$folder" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import json
import sys
from pathlib import Path

from datasets import load_dataset


def read(name: str, texts: list[str]) -> tuple[str, str]:
    file = Path(sys.argv[1]) / f"{name}.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    rows = load_dataset("json", data_files=str(file), split="train")
    return rows.features["text"].dtype, str(rows[0]["text"])


dates = read("dates", ["2024-01-05", "2024-02-06"])
mixed = read("mixed", ["2024-01-05", "2024-02-06", "soon"])
print("only dates:", *dates)
print("one other text behind them:", *mixed)
assert dates == ("timestamp[s]", "2024-01-05 00:00:00")
assert mixed == ("string", "2024-01-05")
PYTHON

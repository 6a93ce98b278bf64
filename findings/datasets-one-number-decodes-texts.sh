#!/usr/bin/env bash
# datasets 5.2.0: where one value of a column is a number and the others are texts, every text that happens to be JSON
# is decoded when it is read: "007" comes back as 7, "true" as True, "null" and "NaN" as None, and '"quoted"' without
# its marks. The column has the feature `Json`, which stores such texts as they are and decodes all when it is read.
# So the words of a corpus depend on one cell of another row; answers and labels are lost. Expected was each value as
# it was. It is so in `load_dataset("json", ...)` and in what a function gives to `map`.
#
# Seen:
#   texts alone: ['007', '1e3', 'true', 'null', 'NaN', '"quoted"', '[1]', 'soon']
#   a number behind them: [7, 1000.0, True, None, None, 'quoted', [1], 'soon', 5]
#   a number behind them, by map: [7, 1000.0, True, None, None, 'quoted', [1], 'soon', 5]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datasets==5.2.0
HF_HUB_OFFLINE=1 HF_DATASETS_CACHE="$folder/cache" "$folder/venv/bin/python" - "$folder" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import json
import sys
from pathlib import Path

from datasets import Dataset, load_dataset

texts = ["007", "1e3", "true", "null", "NaN", '"quoted"', "[1]", "soon"]


def read(name: str, values: list) -> list:
    file = Path(sys.argv[1]) / f"{name}.jsonl"
    file.write_text("".join(json.dumps({"answer": value}) + "\n" for value in values), encoding="utf-8")
    return load_dataset("json", data_files=str(file), split="train")["answer"][:]


def mapped(values: list) -> list:
    rows = Dataset.from_dict({"place": list(range(len(values)))})
    return rows.map(lambda row: {"answer": values[row["place"]]})["answer"][:]


alone, read_in = read("texts", texts), read("number", [*texts, 5])
by_map = mapped([*texts, 5])
print("texts alone:", alone)
print("a number behind them:", read_in)
print("a number behind them, by map:", by_map)
assert alone == mapped(texts) == texts
assert read_in == by_map == [7, 1000.0, True, None, None, "quoted", [1], "soon", 5]
PYTHON

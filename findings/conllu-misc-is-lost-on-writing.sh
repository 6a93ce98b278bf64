#!/usr/bin/env bash
# conllu 6.0.0: a valid CoNLL-U sentence that is parsed and serialised again loses text without a word. In MISC a
# value is cut at its second `=` (glosses and links have them), of a key that comes twice only the last value is left,
# and a value that is empty comes back as `_`. Of two comments with one key only the last is left, in the place of the
# first. Expected was the sentence as it was read; a tool that fills one column so changes others.
#
# Seen:
#   '# note = first' -> None
#   '# note = second' -> '# note = second'
#   'Gloss=be=PST' -> 'Gloss=be'
#   'Ref=12' -> None
#   'Ref=15' -> 'Ref=15'
#   'Lemma=' -> 'Lemma=_'
#   'SpaceAfter=No' -> 'SpaceAfter=No'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet conllu==6.0.0
"$folder/venv/bin/python" - <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import conllu

comments = ["# note = first", "# note = second"]
misc = ["Gloss=be=PST", "Ref=12", "Ref=15", "Lemma=", "SpaceAfter=No"]
row = ["1", "was", "be", "AUX", "_", "_", "0", "root", "_", "|".join(misc)]
(sentence,) = conllu.parse("\n".join([*comments, "\t".join(row), "", ""]))
*head, word = sentence.serialize().strip().split("\n")
written = head + word.split("\t")[9].split("|")


def kept(part: str) -> str | None:
    own_key = [one for one in written if one.split("=")[0] == part.split("=")[0]]
    return next((one for one in own_key if one == part or part.startswith(one) or one == part + "_"), None)


found = {part: kept(part) for part in comments + misc}
for part, back in found.items():
    print(f"{part!r} -> {back!r}")
assert written == ["# note = second", "Gloss=be", "Ref=15", "Lemma=_", "SpaceAfter=No"]
PYTHON

"""The attachment scores of CoNLL 2018, of texts whose words are the same."""

import conllu


def official(gold: str, system: str) -> tuple[float, float]:
    """UAS and LAS of two texts of equal words, by the rules of `conll18_ud_eval.py`: a word is
    right if it is under the aligned parent, for LAS with the same relation up to its `:`; precision
    and recall are the same where words are.
    """
    right = labelled = words = 0
    for one, other in zip(conllu.parse(gold), conllu.parse(system), strict=True):
        both = [[w for w in s if isinstance(w["id"], int)] for s in (one, other)]
        for true, guess in zip(*both, strict=True):
            assert true["form"] == guess["form"]
            cut = [w["deprel"].split(":")[0] for w in (true, guess)]
            words += 1
            right += true["head"] == guess["head"]
            labelled += true["head"] == guess["head"] and cut[0] == cut[1]
    return right / words, labelled / words

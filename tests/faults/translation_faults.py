"""Faults in translation and in learned vocabularies."""

from faults.fault import Fault

__all__ = ["TRANSLATION"]

TRANSLATION = (
    Fault(
        "sentences leave a search and their rows stay",
        "model/binding.py",
        "_CURRENT.binding = _CURRENT.binding.taken(examples)",
        "_CURRENT.binding.taken(examples)",
        "tests/backbones/test_searching.py::test_each_sentence_has_what_generate_finds[marian]",
    ),
    Fault(
        "a sentence that is done goes on while it waits for others",
        "backbones/beams.py",
        "(~ended | state.done[:, None])",
        "~ended",
        "tests/backbones/test_beams.py::test_a_sentence_that_is_done_stays_as_it_is",
    ),
    Fault(
        "what was read is that of the sentences that were there before",
        "backbones/searching.py",
        "self._take_shared((first + same).flatten())",
        "self._take_shared((first + same).flatten().sort(descending=True).values)",
        "tests/backbones/test_searching.py::test_each_sentence_has_what_generate_finds[m2m_100]",
    ),
    Fault(
        "source and target language change places",
        "routes.py",
        "source_language=source, target_language=target",
        "source_language=target, target_language=source",
        "tests/test_routes.py::test_rows_of_languages_and_of_directions",
    ),
    Fault(
        "the decoder reads the token that it must guess",
        "tasks/translation.py",
        "decoder_ids=[*first, *target[:most_written]]",
        "decoder_ids=[*target[:most_written], end]",
        "tests/tasks/test_translation.py::test_both_sides_begin_with_the_target_token",
    ),
    Fault(
        "a pre-trained model reads the source as one in the target language",
        "tasks/directions.py",
        "for code in (source, target)",
        "for code in (target, target)",
        "tests/tasks/test_directions.py::test_both_sides_are_those_of_transformers[nllb]",
    ),
    Fault(
        "a tokenizer reads on in the language that was asked for last",
        "tasks/directions.py",
        "tokenizer.set_src_lang_special_tokens(before)",
        "pass",
        "tests/tasks/test_directions.py::test_the_tokenizer_stays_as_it_was[nllb]",
    ),
    Fault(
        "a sentence is tested in one language and trained on in another",
        "data/sources/aligned.py",
        "return ((str(n), n, *both) for",
        "return ((both[0], n, *both) for",
        "tests/data/sources/test_aligned.py::"
        "test_splits_by_hash_are_the_same_in_every_language[{language}.txt]",
    ),
    Fault(
        "ties in a vocabulary are broken by a hash table",
        "data/vocabulary.py",
        ", *_continuations(learned, texts)]",
        "]",
        "tests/data/test_vocabulary.py::test_another_process_learns_the_same",
    ),
    Fault(
        "translations are written in the order of their lengths",
        "model/inference.py",
        "found.update(zip(places, answer",
        "found.update(zip(sorted(places), answer",
        "tests/scoring/test_prediction.py::test_translations_come_in_the_order_of_the_sentences",
    ),
    Fault(
        "packed examples run into each other",
        "tasks/packed.py",
        "self.numbers[self.ends[place] : self.ends[place + 1]]",
        "self.numbers[self.ends[place] :]",
        "tests/tasks/test_packed.py::test_every_example_comes_back",
    ),
    Fault(
        "adapters are materialised for the first direction only",
        "scoring/prediction.py",
        "materialised(assembly.model, tuple(dict.fromkeys(rows)))",
        "materialised(assembly.model, tuple(rows)[:1])",
        "tests/scoring/test_prediction.py::test_every_line_is_translated_in_its_own_direction",
    ),
    Fault(
        "a translation through English is asked for in the last language at once",
        "tasks/translation.py",
        "replace(example, languages=hop.direction)",
        "example",
        "tests/scoring/test_prediction.py::test_a_route_is_scored_by_its_last_translation",
    ),
    Fault(
        "padding does not count as tokens of a batch",
        "mixture/deck.py",
        "each = self.number // longest // blocks",
        "each = 2 * self.number // longest // blocks",
        "tests/mixture/test_mixture.py::test_a_batch_of_tokens_is_full_and_no_more_with_padding",
    ),
    Fault(
        "a corpus of short sentences is drawn as often as one of long ones, in larger batches",
        "mixture/mixture.py",
        "sum(weights) / blocks[width]",
        "sum(weights)",
        "tests/mixture/test_mixture.py::"
        "test_tokens_leave_the_shares_of_examples_to_the_temperature[1.0]",
    ),
    Fault(
        "the two directions of a file have different test sentences",
        "data/sources/pairs.py",
        "side = side_of(route.direction, self.anchor)",
        "side = 0",
        "tests/data/sources/test_pairs.py::test_splits_by_hash_agree_between_kinds_directions_and_pairs"
        "[{first}_{second}.tsv]",
    ),
    Fault(
        "a unit is added to the scale of a norm twice",
        "forms/bottleneck.py",
        "return replace(self, unit_scale=False), {",
        "return self, {",
        "tests/forms/test_bottleneck.py::test_settled_weights_give_the_same[before]",
    ),
    Fault(
        "a block of the hypernetwork forgets what it was given",
        "providers/encoder.py",
        "return code + added",
        "return added",
        "tests/methods/test_translation.py::test_it_is_the_equation_of_the_paper",
    ),
    Fault(
        "matched initial values leave generated biases as they are",
        "providers/heads.py",
        "self.weight[slot].mul_(wanted.std / generated.std())",
        "self.weight[slot].mul_((wanted.std or generated.std()) / generated.std())",
        "tests/providers/test_hypernetwork.py::"
        "test_matched_heads_start_as_free_weights_do[1.0-8-False]",
    ),
    Fault(
        "a token that is written in a text ends it",
        "data/reading.py",
        "ids if control.isdisjoint(ids) else",
        "ids if True else",
        "tests/tasks/test_translation.py::test_tokens_written_in_a_text_are_no_tokens",
    ),
    Fault(
        "small languages are not lifted in a vocabulary",
        "data/vocabulary.py",
        "own * times + random",
        "random",
        "tests/data/test_vocabulary.py::test_temperature_lifts_small_languages",
    ),
    Fault(
        "a sentence that is tested in one direction is trained on in another",
        "run/library.py",
        "if self._holds_out(cell) else corpus",
        "if not self._holds_out(cell) else corpus",
        "tests/run/test_library.py::test_what_is_scored_in_any_direction_is_trained_on_in_none",
    ),
    Fault(
        "sentences to test translation on have the templates of those to train on",
        "data/cldr/sentences.py",
        'if split == "test":',
        'if split == "none":',
        "tests/data/cldr/test_sentences.py::test_sentences_to_test_translation_on_have_new_templates[500]",
    ),
    Fault(
        "what a model was trained on is not looked for in what it is scored on later",
        "run/library.py",
        "if keys_of((corpus,)) <= self._texts_scored(corpus.task):",
        "if True:",
        "tests/run/test_library.py::test_what_a_run_did_not_name_may_have_been_trained_on",
    ),
    Fault(
        "the parts of a text behind the first are not read",
        "data/formats/text.py",
        "in zip(firsts, seconds, strict=True):",
        "in [(firsts[0], seconds[0])]:",
        "tests/data/sources/test_aligned.py::test_parts_of_a_text_are_one_text",
    ),
    Fault(
        "a form does again what was done when its weights became a table",
        "model/adapt.py",
        "return plain, Table.of(",
        "return form, Table.of(",
        "tests/model/test_adapted.py::"
        "test_materialised_adapters_answer_the_same_with_what_is_settled_beforehand",
    ),
    Fault(
        "dev files of an unknown kind are trained on",
        "data/held_out.py",
        "return _plain(read_lines(path)) if _is_text(path) else ()",
        "return ()",
        "tests/data/test_held_out.py::test_text_is_held_whatever_its_name_ends_with",
    ),
)

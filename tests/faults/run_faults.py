"""Mistakes in what is learned and how: tasks, data, training, evaluation."""

from faults.fault import Fault

__all__ = ["DATA", "RUNS", "TASKS"]

_RESUMED = (
    "tests/training/test_loop.py::test_a_run_that_was_stopped_goes_on_as_if_it_had_not[still]"
)

TASKS = (
    Fault(
        "a checkpoint is chosen by forced logits where its metric is asked for",
        "training/selection.py",
        "Criterion(_metric, operator.gt, _Answered(), mixes=True)",
        "Criterion(_metric, operator.gt, _Forced(), mixes=True)",
        "tests/tasks/test_written_runs.py::"
        "test_a_checkpoint_is_chosen_by_the_mean_of_what_the_matrix_counts",
    ),
    Fault(
        "an empty second text of a single pair is no text",
        "data/reading.py",
        "sides = [list(side) for side in zip(*examples, strict=True)]",
        "sides = [*zip(*examples, strict=True)] if len(examples) > 1 else [*examples[0]]",
        "tests/data/test_reading.py::"
        "test_an_empty_second_text_is_read_alike_alone_and_among_others[bert]",
    ),
    Fault(
        "both texts of a pair are of one segment",
        "tasks/classification.py",
        "types=found.types if any(found.types) else None,",
        "types=None,",
        "tests/tasks/test_classification.py::test_bert_has_two_segments_and_a_text_alone_has_one",
    ),
    Fault(
        "a label that is neither gold nor predicted lowers macro-F1",
        "metrics/classes.py",
        "(guess + gold) for right, guess, gold in counts if guess + gold]",
        "max(guess + gold, 1) for right, guess, gold in counts]",
        "tests/metrics/test_classes.py::test_macro_f1_is_scikit_learns",
    ),
    Fault(
        "quotes in a table with tabs open cells",
        "data/formats/tables.py",
        "quoted = commas if self.quotes is None else self.quotes",
        "quoted = True if self.quotes is None else self.quotes",
        "tests/data/formats/test_tables.py::"
        "test_quotes_in_tabs_are_text_also_where_they_do_not_match",
    ),
    Fault(
        "padding has a label and is counted in the loss",
        "tasks/batch.py",
        "torch.full((len(rows), width), filler",
        "torch.full((len(rows), width), 0",
        "tests/tasks/test_tagging.py::"
        "test_loss_is_smoothed_cross_entropy_over_first_sub_words[0.0]",
    ),
    Fault(
        "second sub-words are labelled too",
        "tasks/words.py",
        "if word is not None and first[word] == UNSEEN:",
        "if word is not None:",
        "tests/tasks/test_tagging.py::test_labels_stand_on_first_sub_words",
    ),
    Fault(
        "a loss is a mean instead of a sum",
        "tasks/tokens.py",
        'gold, reduction="sum"',
        'gold, reduction="mean"',
        "tests/tasks/test_mlm.py::test_loss_is_smoothed_cross_entropy_in_nats[0.0]",
    ),
    Fault(
        "masks are drawn without the generator",
        "tasks/mlm.py",
        "torch.rand(len(ids), generator=generator)",
        "torch.rand(len(ids))",
        "tests/tasks/test_mlm.py::test_masks_depend_on_the_generator_alone",
    ),
    Fault(
        "special tokens are masked",
        "tasks/mlm.py",
        "masked_fill(special, 2.0)",
        "masked_fill(special, 0.0)",
        "tests/tasks/test_mlm.py::test_special_tokens_are_never_chosen_and_every_example_has_one",
    ),
)

DATA = (
    Fault(
        "the exponent of the temperature is inverted",
        "mixture/order.py",
        "** (1 / self.temperature)",
        "** self.temperature",
        "tests/mixture/test_mixture.py::test_streams_are_drawn_by_temperature[5.0]",
    ),
    Fault(
        "a restored sampler draws its turns from the start",
        "mixture/mixture.py",
        'self._draws = state["draws"]',
        "self._draws = 0",
        "tests/mixture/test_mixture.py::test_a_restored_mixture_draws_what_the_first_would_have",
    ),
    Fault(
        "ranks overlap in the middle of a batch",
        "mixture/mixture.py",
        "len(drawn) * (rank + 1) // ranks",
        "len(drawn) * (rank + 1) // ranks + (rank + 1 < ranks)",
        "tests/mixture/test_mixture.py::test_the_parts_of_the_ranks_are_the_batch",
    ),
    Fault(
        "sentences of dev and test splits are trained on",
        "data/rules.py",
        "if held.isdisjoint(keys) and keys not in seen:",
        "if keys not in seen:",
        "tests/data/sources/test_root_text.py::test_splits_hold_every_text_once_but_for_held_out_ones",
    ),
)

RUNS = (
    Fault(
        "a cell comes from the run that did train on its pair",
        "scoring/matrix.py",
        'if cell.standing != "trained pair"]',
        'if cell.standing == "trained pair"]',
        "tests/scoring/test_matrix.py::test_combine_takes_each_cell_from_the_run_that_did_not_train_on_it",
    ),
    Fault(
        "a mean over seeds names the first of them only",
        "scoring/matrix.py",
        "seeds = dict.fromkeys(seed for matrix in matrices for seed in matrix.seeds)",
        "seeds = matrices[0].seeds",
        "tests/scoring/test_matrix.py::test_combine_names_every_seed_once",
    ),
    Fault(
        "scores stand in the order of length",
        "model/inference.py",
        "[found[place] for place in range(len(drawn))]",
        "list(found.values())",
        "tests/scoring/test_cells.py::test_order_and_batch_size_change_nothing",
    ),
    Fault(
        "a run goes on with other examples of the same number",
        "mixture/streams.py",
        "len(found.examples), found.checksum, **told)",
        'len(found.examples), "", **told)',
        "tests/training/test_loop.py::test_other_examples_under_the_same_names_are_noticed",
    ),
    Fault(
        "layers of a backbone that are missing are drawn at random",
        "backbones/soundness.py",
        "if lost:",
        "if None:",
        "tests/backbones/test_architectures.py::test_a_backbone_that_lacks_weights_is_refused[bert]",
    ),
    Fault(
        "positions of a RoBERTa from scratch begin one too late",
        "backbones/anatomy.py",
        "else int(model.config.pad_token_id) + 1",
        "else 2",
        "tests/backbones/test_anatomy.py::"
        "test_positions_follow_the_padding_id_of_a_model_from_scratch",
    ),
    Fault(
        "a mixed batch averages the means of its tasks",
        "training/objective.py",
        "return Loss(loss.total + extra, loss.predictions)",
        "return Loss(loss.total / len(batch.shares), loss.predictions)",
        "tests/training/test_stage.py::test_updates_are_those_of_a_plain_loop[0.0-still]",
    ),
    Fault(
        "the optimiser moves names that were not in the batch",
        "training/stage.py",
        "zero_grad(set_to_none=True)",
        "zero_grad(set_to_none=False)",
        "tests/training/test_stage.py::test_a_name_that_was_not_in_the_batch_does_not_move",
    ),
    Fault(
        "a checkpoint forgets the squared gradients",
        "training/optimisation.py",
        "in optimiser.state.get(parameter, {}).items()",
        'in optimiser.state.get(parameter, {}).items() if kind != "exp_avg_sq"',
        "tests/training/test_optimisation.py::test_moments_go_back_where_they_came_from",
    ),
    Fault(
        "a checkpoint has the state of batches that were made ahead",
        "mixture/ahead.py",
        "return self._mixture.state() if self._state is None else self._state",
        "return self._mixture.state()",
        "tests/mixture/test_mixture.py::test_batches_made_ahead_are_those_that_are_drawn",
    ),
    Fault(
        "the targets of a part of a batch are as wide as the part alone",
        "tasks/batch.py",
        "found = targets([*part, *longest])",
        "found = targets([*part, *longest][: len(part) or None])",
        "tests/mixture/test_encoding.py::test_a_part_of_a_batch_is_cut_out_of_it[Translation1]",
    ),
    Fault(
        "a damaged entry of the cache is taken",
        "machine/cache.py",
        "check(place, _ENTRY, found)",
        "pass",
        "tests/machine/test_cache.py::test_what_is_damaged_is_made_anew_and_told[changed]",
    ),
    Fault(
        "a cache does not ask which tokenizer encoded",
        "mixture/encoding.py",
        '"tokenizer": _digest_of_tokenizer(tokenizer),',
        "",
        "tests/mixture/test_encoding.py::test_what_changes_an_encoding_has_another_entry",
    ),
    Fault(
        "text that is read anew has what is scored among it",
        "run/library.py",
        "if apart(one, held))",
        "if True)",
        "tests/mixture/test_encoding.py::test_a_run_is_the_same_with_and_without_the_cache[translating]",
    ),
    Fault(
        "a resumed run begins its data anew",
        "training/stage.py",
        'self.ahead.restore(saved.state["mixture"])',
        "pass",
        _RESUMED,
    ),
    Fault(
        "a resumed run repeats its random numbers",
        "training/stage.py",
        'not restore_random_states(self.accelerator, saved.tensors["random"])',
        "False",
        _RESUMED,
    ),
    Fault(
        "shared work comes back in the order of the ranks",
        "machine/ranks.py",
        "[parts[place % ranks][place // ranks] for place in range(len(work))]",
        "[result for part in parts for result in part]",
        "tests/training/test_loop.py::test_two_processes_are_one[still]",
    ),
    Fault(
        "gradients are divided by the predictions of the last micro-batch",
        "training/stage.py",
        "factor = self.ranks * self.unit / loss[1].clamp(min=1)",
        "factor = self.ranks * self.unit / count.clamp(min=1)",
        "tests/training/test_stage.py::test_updates_are_those_of_a_plain_loop[0.0-still]",
    ),
    Fault(
        "gradients are divided by the predictions of one process",
        "training/stage.py",
        'loss = accelerator.reduce(loss, "sum")',
        "loss = loss * self.ranks",
        "tests/training/test_loop.py::test_two_processes_are_one[still]",
    ),
    Fault(
        "a vocabulary of another run is taken for one's own",
        "run/loading.py",
        "if kept.exists() and digest_in(run.folder) == digest(run):",
        "if kept.exists():",
        "tests/run/test_assembly.py::test_a_tokenizer_is_learned_anew_until_the_run_has_begun",
    ),
    Fault(
        "adapters that a phase leaves out are asked for weights",
        "method.py",
        "return self.acts is None or adapter in self.acts",
        "return True",
        "tests/training/test_readiness.py::test_a_phase_is_checked_for_what_it_trains_and_for_those_who_act",
    ),
    Fault(
        "code that lies beside a model is run",
        "backbones/architectures.py",
        "AutoConfig.from_pretrained(source, trust_remote_code=False, **changes)",
        "AutoConfig.from_pretrained(source, **changes)",
        "tests/backbones/test_architectures.py::test_code_beside_a_model_is_not_run",
    ),
    Fault(
        "a recipe on the command line does not reach the phases of a resolved run",
        "document/document.py",
        "    base = _reached(base, over)\n",
        "",
        "tests/config/test_contents.py::test_a_resolved_run_can_be_given_another_recipe",
    ),
    Fault(
        "a label that only the test has is found after training",
        "training/readiness.py",
        "for _ in windows_of(assembly, task, corpus, hop):",
        "for _ in ():",
        "tests/training/test_readiness.py::test_a_label_that_only_the_test_has_is_known_before_training",
    ),
    Fault(
        "a run file of one's own is replaced by the resolved one",
        "machine/written.py",
        "if foreign:",
        "if None:",
        "tests/training/test_loop.py::test_a_run_file_in_its_own_output_is_not_replaced",
    ),
    Fault(
        "a file of a bundle is read whatever it holds",
        "machine/sealed.py",
        "if checksum_of(file) != digest:",
        "if None:",
        "tests/run/test_bundle.py::test_damage_is_named[one-bit]",
    ),
    Fault(
        "the best weights that a checkpoint names are looked at when training ends",
        "training/checkpoint.py",
        'if state.get("best_file") is None else',
        "if True else",
        "tests/training/test_checkpoint.py::"
        "test_damaged_best_weights_are_found_with_the_checkpoint_that_names_them[flipped]",
    ),
    Fault(
        "a failed run goes on from weights that no finite loss was computed with",
        "training/losses.py",
        'raise self._error("loss is", step, _told(rows), good=step - 2)',
        'raise self._error("loss is", step, _told(rows), good=step - 1)',
        "tests/training/test_losses.py::test_what_is_not_finite_is_named[nan-1.0-loss-0]",
    ),
    Fault(
        "requests that wait are answered one by one",
        "serve/service.py",
        "taken.append(self._requests.popleft())\n                room -= len(taken[-1].texts)",
        "taken.append(self._requests.popleft())\n                room = -1",
        "tests/serve/test_service.py::test_those_who_wait_are_answered_together",
    ),
    Fault(
        "the fault of one request is told to all who wait",
        "serve/service.py",
        "if len(requests) == 1:\n                requests[0].reply.set_exception(fault)",
        "if requests:\n                [one.reply.set_exception(fault) for one in requests]",
        "tests/serve/test_service.py::test_a_fault_is_told_to_those_who_made_it",
    ),
    Fault(
        "a closed service forgets those who wait",
        "serve/service.py",
        "while self._requests and (not taken",
        "while self._open and self._requests and (not taken",
        "tests/serve/test_service.py::test_closing_answers_those_who_wait",
    ),
    Fault(
        "any number of texts may wait",
        "serve/service.py",
        "self._waiting() + len(request.texts) > self._most or",
        "self._waiting() + len(request.texts) < 0 or",
        "tests/serve/test_service.py::test_too_many_who_wait_are_told_to",
    ),
    Fault(
        "texts that are cut are counted from one",
        "serve/application.py",
        "enumerate(reply.answers) if one.cut",
        "enumerate(reply.answers, 1) if one.cut",
        "tests/serve/test_application.py::test_answers_are_those_of_predict",
    ),
    Fault(
        "requests have no limit of bytes",
        "serve/application.py",
        "if taken > _BYTES:",
        "if taken > _BYTES * _BYTES:",
        "tests/serve/test_application.py::test_large_requests_are_refused",
    ),
)

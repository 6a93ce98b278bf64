"""Mistakes in what is computed: forms, providers, and the adapted model."""

from faults.fault import Fault

__all__ = ["FORMS", "MODEL", "PROVIDERS"]

_FORMULAS = "tests/laws/test_formulas.py::"
_LAWS = "tests/laws/test_laws.py::"
_MIXED = f"{_LAWS}test_a_mixed_batch_equals_its_one_row_batches_forward_and_backward[hyper-x-bert]"
_TWO_FORWARDS = f"{_LAWS}test_two_forwards_and_one_backward_give_the_sum_of_both_gradients"
_HEADS = "tests/laws/test_head_laws.py::"
_ENTRY = "tests/laws/test_entry_laws.py::"
_HYPERNETWORK = "tests/providers/test_hypernetwork.py::"

FORMS = (
    Fault(
        "a weight is reshaped where it should be transposed",
        "forms/bottleneck.py",
        "hidden, down.transpose(1, 2))",
        "hidden, down.reshape(len(down), -1, down.shape[1]))",
        f"{_FORMULAS}test_the_wiring_of_a_position_is_its_equation[ffn-bert]",
    ),
    Fault(
        "the scale of a norm inside an adapter lacks its + 1",
        "forms/bottleneck.py",
        "return scale + scale.new_ones(1, dtype=torch.float32)",
        "return scale",
        "tests/forms/test_bottleneck.py::test_the_norm_comes_before_or_after",
    ),
    Fault(
        "a low-rank update is not scaled by its rank",
        "forms/lora.py",
        "* (self.alpha / self.rank)",
        "* self.alpha",
        f"{_FORMULAS}test_the_wiring_of_a_position_is_its_equation[query-bert]",
    ),
    Fault(
        "the turns of a coupling are undone in the order in which they came",
        "forms/coupling.py",
        "reversed(list(self._turns(weights)))",
        "self._turns(weights)",
        f"{_ENTRY}test_every_row_of_a_mixed_batch_is_undone_by_what_did_it[coupled]",
    ),
    Fault(
        "the second half of a coupling reads what the first was before its turn",
        "forms/coupling.py",
        "self._given(halves[other] + added[other], layer)",
        "self._given(halves[other], layer)",
        "tests/forms/test_coupling.py::test_two_turns_are_the_invertible_adapter_of_mad_x",
    ),
    Fault(
        "an adapter beside a sub-layer reads what the sub-layer gives",
        "model/hooks.py",
        '"residual": 1}',
        '"residual": 0}',
        f"{_FORMULAS}test_the_wiring_of_a_position_is_its_equation[ffn_parallel-bert]",
    ),
)

PROVIDERS = (
    Fault(
        "every site gets the weights of the layer before it",
        "providers/base.py",
        "pieces[slot][place]",
        "pieces[slot][place - 1]",
        f"{_HYPERNETWORK}test_it_is_the_equation_of_hyper_x",
    ),
    Fault(
        "the embeddings of task and language change places",
        "providers/encoder.py",
        "torch.cat(list(vectors.values()), dim=-1)",
        "torch.cat([vectors[factor] for factor in sorted(vectors)], dim=-1)",
        f"{_HYPERNETWORK}test_it_is_the_equation_of_hyper_x",
    ),
    Fault(
        "embeddings stand in another order in training than in use",
        "providers/encoder.py",
        "torch.cat(list(vectors.values()), dim=-1)",
        "torch.cat(list(vectors.values())[:: -1 if torch.is_grad_enabled() else 1], dim=-1)",
        f"{_HYPERNETWORK}test_training_and_use_generate_the_same",
    ),
    Fault(
        "generated weights are not rescaled",
        "providers/heads.py",
        "scale = 1.0 / sqrt(code) if self.rescale else 1.0",
        "scale = 1.0",
        "tests/providers/test_heads.py::test_rescaling_makes_the_scale_independent_of_the_width[64]",
    ),
    Fault(
        "a joint Gaussian takes its variance for a standard deviation",
        "providers/joint.py",
        "self.variance(names).sqrt() *",
        "self.variance(names) *",
        "tests/providers/test_joint.py::test_names_are_drawn_together",
    ),
    Fault(
        "a tower sees a factor that it is blind to",
        "providers/hypernetwork.py",
        "factor not in self._blind.get(site.tower, ())",
        "True",
        f"{_HYPERNETWORK}test_a_blind_tower_does_not_see_the_factor",
    ),
    Fault(
        "weights are materialised in training mode",
        "providers/materialise.py",
        "provider.eval()",
        "provider.train()",
        "tests/providers/test_materialise.py::"
        "test_dropout_inside_the_network_is_off_and_the_network_goes_on_training",
    ),
    Fault(
        "parts of a joined provider lose track of their rows",
        "providers/joined.py",
        "[distinct.index(row) for row in projected]",
        "[0 for row in projected]",
        "tests/providers/test_joined.py::test_rows_get_the_weights_that_each_part_gives_them_alone",
    ),
)

MODEL = (
    Fault(
        "examples get the row of their neighbour",
        "model/binding.py",
        "Layout.of(row_of, self.rows",
        "Layout.of(row_of[1:] + row_of[:1], self.rows",
        _MIXED,
    ),
    Fault(
        "the base row gets the weights of another row",
        "model/binding.py",
        "weight.new_zeros(missing, *weight.shape[1:])",
        "weight[:missing]",
        _MIXED,
    ),
    Fault(
        "the adapter acts after the residual sum",
        "backbones/families.py",
        'ffn="output.dropout"',
        'ffn="output"',
        f"{_FORMULAS}test_the_wiring_of_a_position_is_its_equation[ffn-bert]",
    ),
    Fault(
        "stacked adapters all read what the first one read",
        "model/wiring.py",
        "return Flow(total, module.forward(total))",
        "return Flow(total, flow.gives)",
        f"{_FORMULAS}test_two_adapters_around_one_norm_are_the_mad_x_stack",
    ),
    Fault(
        "an adapter is left out one layer too late",
        "method.py",
        "site.layer - depths[site.tower]",
        "site.layer - depths[site.tower] + 1",
        f"{_FORMULAS}test_two_adapters_around_one_norm_are_the_mad_x_stack",
    ),
    Fault(
        "the attention mask is ignored",
        "backbones/towers.py",
        "model.base_model(**inputs).last_hidden_state",
        'model.base_model(inputs["input_ids"]).last_hidden_state',
        f"{_FORMULAS}test_the_wiring_of_a_position_is_its_equation[ffn-bert]",
    ),
    Fault(
        "the decoder attends to padding of the source",
        "backbones/towers.py",
        "encoder_attention_mask=mask",
        "encoder_attention_mask=None",
        f"{_FORMULAS}test_the_wiring_of_a_position_is_its_equation[cross_attention-t5]",
    ),
    Fault(
        "a decoder alone writes from the state of the token itself",
        "backbones/towers.py",
        "lengths - 1 + steps",
        "lengths + steps",
        "tests/backbones/test_towers.py::test_states_are_those_of_one_sequence_without_padding[llama]",
    ),
    Fault(
        "a decoder alone goes on behind padding",
        "backbones/towers.py",
        "order = mask.argsort(dim=1, stable=True)",
        "order = mask.argsort(dim=1, stable=True, descending=True)",
        "tests/backbones/test_towers.py::test_a_decoder_goes_on_behind_the_text_wherever_its_padding_is[llama]",
    ),
    Fault(
        "beams get rows as if they were laid end to end",
        "model/binding.py",
        "[row for row in self.row_of for _ in range(times)]",
        "list(self.row_of) * times",
        f"{_LAWS}test_generation_with_mixed_rows_equals_one_row_runs[t5-3-1]",
    ),
    Fault(
        "a deep copy acts with the binding of the original",
        "model/hooks.py",
        "partial(self._on_output, others)",
        "lambda *given, found=others: self._on_output(found, *given)",
        f"{_LAWS}test_a_deep_copy_acts_alone",
    ),
    Fault(
        "hooks act in the forward of another model",
        "model/binding.py",
        "return binding if binding is not None and binding.owner is owner else None",
        "return binding",
        f"{_LAWS}test_two_adapted_models_on_one_backbone_do_not_see_each_other",
    ),
    Fault(
        "the recomputation of a layer is not bound",
        "model/binding.py",
        "bound(_CURRENT.binding)",
        "nullcontext()",
        f"{_TWO_FORWARDS}[bert-True]",
    ),
    Fault(
        "norms and biases stay trainable",
        "model/adapted.py",
        "parameter.requires_grad_(name in chosen)",
        "parameter.requires_grad_(name in chosen or parameter.dim() == 1)",
        f"{_LAWS}test_only_what_is_trained_moves[hyper-x-bert]",
    ),
    Fault(
        "the divergence of heads is dropped",
        "model/adapted.py",
        "divergence = divergence + supply.divergence",
        "divergence = divergence + (sites[0].tower != 'head') * supply.divergence",
        f"{_HEADS}test_the_divergences_of_all_that_acts_are_summed",
    ),
    Fault(
        "all examples of a task get the head of the first one's row",
        "model/binding.py",
        "row_of = [self.layouts.row_of[example] for example in examples.tolist()]",
        "row_of = [self.layouts.row_of[int(examples[0])]] * len(examples)",
        f"{_HEADS}test_tasks_that_share_a_batch_have_the_heads_that_they_have_apart[written]",
    ),
    Fault(
        "the part `heads` holds what an adapter writes too",
        "model/adapt.py",
        "if site not in taken}",
        "}",
        f"{_HEADS}test_a_head_that_an_adapter_takes_over_is_its_part",
    ),
    Fault(
        "the maps that write a head belong to nobody",
        "model/parts.py",
        "list(self.adapters[part].parameters())",
        "[p for n, p in self.adapters[part].named_parameters() if not n.startswith('heads')]",
        f"{_HEADS}test_a_head_that_an_adapter_takes_over_is_its_part",
    ),
    Fault(
        "what acts where a tower begins is undone in the order in which it acted",
        "model/view.py",
        "reversed(acts if len(hidden) else ())",
        "(acts if len(hidden) else ())",
        f"{_ENTRY}test_the_output_layer_undoes_what_acts_where_the_tower_begins[scaled-bert]",
    ),
)

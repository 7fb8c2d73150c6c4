"""Errors in the words of the form of a training: a person looks for a label, not for `recipe.rate`."""

from functools import partial

from playground.finetuning.recipe import Recipe
from playground.parameters import parameters
from playground.ui.finetune.data_panel import DataAmount
from playground.ui.handlers.messages import report_errors
from playground.ui.setup_form.labels import Labels, describe_error

LABELS: Labels = {
    **{("recipe", p.name): p.label for p in parameters(Recipe)},
    **{("data", p.name): p.label for p in parameters(DataAmount)},
}
in_labels = partial(describe_error, labels=LABELS)
report_labelled = partial(report_errors, words=in_labels)

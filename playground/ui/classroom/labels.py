"""Errors in the words of a class's forms: a person looks for a label, not for `limits.minutes`."""

from functools import partial

from playground.classroom.assignment import Assignment, Limits
from playground.parameters import parameters
from playground.ui.classroom.words import TEMPLATE
from playground.ui.handlers.messages import report_errors
from playground.ui.setup_form.labels import LABELS as OF_A_SETUP
from playground.ui.setup_form.labels import Labels, describe_error

OF_A_TECHNIQUE: Labels = {**OF_A_SETUP, ("template",): TEMPLATE}
LABELS: Labels = {
    **OF_A_TECHNIQUE,
    **{("technique", *path): label for path, label in OF_A_TECHNIQUE.items()},
    **{(p.name,): p.label for p in parameters(Assignment)},
    **{("limits", p.name): p.label for p in parameters(Limits)},
}
in_labels = partial(describe_error, labels=LABELS)
report_labelled = partial(report_errors, words=in_labels)

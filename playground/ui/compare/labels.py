"""What a comparison's form calls its fields, in labels and in what is said of errors."""

from functools import partial

from playground.ui.handlers.messages import report_errors
from playground.ui.setup_form.labels import LABELS as OF_A_SETUP
from playground.ui.setup_form.labels import Labels, describe_error

PROMPT = "Prompt"
LABELS: Labels = {
    **OF_A_SETUP,
    ("task", "input"): PROMPT,
    ("repetitions",): "Repetitions",
    ("reference",): "Reference answer",
    ("baseline",): "Baseline",
}

in_labels = partial(describe_error, labels=LABELS)
report_labelled = partial(report_errors, words=in_labels)

"""What a comparison's form calls its fields."""

from playground.ui.setup_form.labels import LABELS as OF_A_SETUP
from playground.ui.setup_form.labels import Labels

PROMPT = "Prompt"
LABELS: Labels = {
    **OF_A_SETUP,
    ("task", "input"): PROMPT,
    ("repetitions",): "Repetitions",
    ("reference",): "Reference answer",
    ("baseline",): "Baseline",
}

"""The part of the Fine-tune tab for heads: laid out and wired."""

import gradio as gr

from playground.ui.finetune.heads import best_of_n_panel, drawing, panel, training_heads
from playground.ui.finetune.heads.drawing import BestOfNHandlers
from playground.ui.finetune.heads.training_heads import HeadsHandlers
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers.tab import PageContext


def build(shared: PageContext, training: RunningPanel) -> None:
    """Not for a shared server: what is trained there would be everybody's."""
    with gr.Accordion("Task heads on small encoders, and a reward model", open=False, elem_id="task-heads"):
        heads = panel.build(shared.page)
        best_of_n = best_of_n_panel.build(shared.page)
    training_heads.wire(HeadsHandlers(panel=heads, training=training, shared=shared))
    drawing.wire(BestOfNHandlers(panel=best_of_n, shared=shared), training.changes)

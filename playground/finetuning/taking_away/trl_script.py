"""A training as a script for TRL that needs no playground: the same rows, method and numbers."""

import io
import json
import zipfile

from playground.errors import NotSupported
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.methods import method_of, rate_of
from playground.finetuning.methods.lora import LAYERS
from playground.finetuning.preparation.rows import PreferenceRow
from playground.finetuning.recipe import Recipe
from playground.finetuning.taking_away.card import base_name

FILE = "train.py"
SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}
SCRIPT = '''"""Trains with TRL what the playground trained: the same rows, method and numbers.

pip install "trl>=1.16,<2" peft
python {file} [SOURCE]          SOURCE is a model's folder, or its name at the hub

It keeps the weights of the last step, where the playground keeps those of the lowest validation loss.
"""

import sys

import torch
from datasets import load_dataset
{imports}from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import {trainer}Config, {trainer}Trainer

SOURCE = sys.argv[1] if len(sys.argv) > 1 else {source}

rows = load_dataset("json", data_files={files})
config = {trainer}Config(
    output_dir="checkpoints",
{arguments})
trainer = {trainer}Trainer(
    model=AutoModelForCausalLM.from_pretrained(SOURCE, dtype=torch.{dtype}{revision}),
    processing_class=AutoTokenizer.from_pretrained(SOURCE{revision}),
    args=config,
    train_dataset=rows["train"],
    eval_dataset=rows.get("validation"),
    peft_config={peft},
)
trainer.train()
trainer.save_model("result")
'''


def pack_script(folder: JobFolder) -> bytes:
    """The script with its rows, as an archive. Raises NotSupported as `write_script`."""
    job, (rows, validation, _) = folder.read_job(), folder.read_rows()
    pairs = any(isinstance(row, PreferenceRow) for row in rows)
    text = write_script(job, pairs=pairs, looks=bool(validation))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(FILE, text)
        for name in ("rows", *(["validation"] if validation else [])):
            archive.write(folder.path / f"{name}.jsonl", f"{name}.jsonl")
    return out.getvalue()


def write_script(job: Job, *, pairs: bool, looks: bool) -> str:
    """The script for pairs of answers or for rows with one, and with rows to look at or without.

    Raises NotSupported for what TRL's trainers do not do.
    """
    recipe = job.recipe
    if job.head is not None:
        raise NotSupported("TRL trains models that write; this is a head on an encoder.")
    if job.teacher is not None or recipe.instruction:
        raise NotSupported("TRL has no trainer for what a teacher or an instruction taught here; it has for answers.")
    imports, peft = _peft(recipe)
    arguments = _arguments(recipe, pairs=pairs, looks=looks)
    revision = job.source.revision if job.source.kind == "hub" else ""
    return SCRIPT.format(
        file=FILE, imports=imports, trainer="DPO" if pairs else "SFT", source=_value(base_name(job.source) or "base"),
        files=_value({"train": "rows.jsonl", **({"validation": "validation.jsonl"} if looks else {})}),
        arguments=_written(arguments, "    "),
        dtype="float32" if method_of(recipe).makes_model else "bfloat16",
        revision=f", revision={_value(revision)}" if revision else "",
        peft=peft,
    )  # fmt: skip


def _arguments(recipe: Recipe, *, pairs: bool, looks: bool) -> dict[str, object]:
    """The numbers of the recipe, as transformers' and TRL's trainers call them."""
    from playground.finetuning.objectives.preferences import SLOWER

    objective = {"beta": recipe.beta} if pairs else {"completion_only_loss": True}
    return {
        "max_steps": recipe.steps,
        "per_device_train_batch_size": recipe.batch,
        "learning_rate": rate_of(recipe, SLOWER if pairs else 1.0),
        "lr_scheduler_type": SCHEDULES[recipe.schedule],
        "warmup_steps": round(recipe.warmup * recipe.steps),
        "weight_decay": recipe.decay,
        "max_grad_norm": recipe.clip,
        "seed": recipe.seed,
        **objective,
        **({"eval_strategy": "steps", "eval_steps": recipe.evaluate_every} if looks else {}),
        "max_length": None,
        "bf16": False,
        "gradient_checkpointing": False,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
    }


def _peft(recipe: Recipe) -> tuple[str, str]:
    """An import and PEFT's config of the method; none for all weights. Raises NotSupported for other methods."""
    if recipe.method == "full":
        return "", "None"
    if recipe.method == "ia3":
        from playground.finetuning.methods.ia3 import INNER, TARGETS

        given: dict[str, object] = {"target_modules": TARGETS, "feedforward_modules": INNER}
        return "from peft import IA3Config\n", _config("IA3Config", given)
    if recipe.method not in ("lora", "rslora", "dora"):
        title = method_of(recipe).title
        raise NotSupported(f"{title} begins here in a way that PEFT's configs cannot say; LoRA, IA3 and full can.")
    given = {
        "r": recipe.rank, "lora_alpha": recipe.alpha, "lora_dropout": recipe.dropout,
        "target_modules": LAYERS[recipe.layers], "use_rslora": recipe.method == "rslora",
        "use_dora": recipe.method == "dora",
    }  # fmt: skip
    return "from peft import LoraConfig\n", _config("LoraConfig", given)


def _config(name: str, given: dict[str, object]) -> str:
    return f"{name}(\n{_written({'task_type': 'CAUSAL_LM', **given}, ' ' * 8)}    )"


def _written(given: dict[str, object], indent: str) -> str:
    return "".join(f"{indent}{name}={_value(value)},\n" for name, value in given.items())


def _value(value: object) -> str:
    """As Python writes it, with text in double quotes."""
    return json.dumps(value) if isinstance(value, (str, list, dict)) else repr(value)

"""A Python script that repeats a whole technique on the model itself, with nothing but `transformers` and, for an
adapter, `peft`."""

from pathlib import Path

from playground.answer_forms.form import AnswerForm, form_of
from playground.answer_forms.grammars import BLANK, label_rule
from playground.backends.sources import ModelSource
from playground.errors import NotSupported
from playground.export.layout import write_value
from playground.export.local_model import LocalModel
from playground.export.whole_script import TechniqueScript, begin_script
from playground.strategies import technique_of
from playground.types import Setup

ASKING = "playground.export.ask_transformers"
STATED = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty", "max_tokens")  # whatever a model's own are
LOADED = "The model is loaded from where SOURCE says: a folder, or a name of the hub, which is then asked for it."
SEEDED = (
    "The seed gives the same text each time; the playground, whose random numbers are others, gives another with it."
)


def transformers_script(setup: Setup, model: LocalModel) -> TechniqueScript:
    """The script for a checked setup, all but written."""
    if setup.options.get("next_speaker") == "moderator":
        rule = "is a moderator, which is held to the names; take Python with openai, whose script has it held to them."
        raise NotSupported(path=("options", "next_speaker"), rule=rule)
    chosen, form = setup.sampling, form_of(setup.task)
    sampling = {name: getattr(chosen, name) for name in STATED}
    sampling |= {"logit_bias": dict(chosen.logit_bias)} if chosen.logit_bias else {}
    sampling |= {"stop": [*chosen.stop]} if chosen.stop else {}
    sampling |= {} if chosen.seed is None else {"seed": chosen.seed}

    def begin(stops: bool, weighs: bool) -> TechniqueScript:
        constants = {
            "local.formed": form is not None,
            "local.scaled": model.scale != 1,
            "local.logprobs": weighs,
            "local.biased": bool(chosen.logit_bias),
            "local.functions": technique_of(setup).offers_functions,
            "local.stops": stops,
            "local.seeded": chosen.seed is not None,
            "local.keeps": setup.strategy == "chaining",
        }
        known = {} if model.chat is None else {"TOKENIZER.chat_template": model.chat}
        return begin_script(setup, ASKING, {**constants, **known}, sampling)

    needs = begin(stops=False, weighs=False)  # only a whole technique shows what it asks with
    script = begin(stops=bool(chosen.stop) or needs.sets("stop"), weighs=needs.weighs)
    _define_model(script, model)
    if form:
        _define_form(script, form)
    script.define_settings(sampling)
    script.packages = ["torch", "transformers", *(["llguidance"] if form else [])]
    script.packages += (
        script.also + (["peft"] if model.adapter else []) + (["gguf"] if _gguf_file(model.source) else [])
    )
    script.notes = [(LOADED, "")] + ([(SEEDED, "")] if chosen.seed is not None and chosen.temperature else [])
    return script


def _define_model(script: TechniqueScript, model: LocalModel) -> None:
    place, revision = _place(model.source), _arguments(revision=model.source.revision)
    where = revision | _arguments(gguf_file=_gguf_file(model.source))
    loaded = f'AutoModelForCausalLM.from_pretrained({_call("SOURCE", where)}, dtype="auto")'
    script.define("SOURCE", _with_note(place, model.note))
    tokenizer = _call("SOURCE", where | {"clean_up_tokenization_spaces": False})
    script.define("TOKENIZER", f"AutoTokenizer.from_pretrained({tokenizer})", "from transformers import AutoTokenizer")
    imports = "import torch\nfrom transformers import AutoModelForCausalLM"
    if model.adapter is not None:
        script.define("ADAPTER", _with_note(_place(model.adapter), model.adapter_note))
        adapter = _call("ADAPTER", _arguments(revision=model.adapter.revision))
        loaded = f"PeftModel.from_pretrained({loaded}, {adapter})"
        imports += "\nfrom peft import PeftModel"
    if model.scale != 1:
        imports += "\nfrom peft.helpers import rescale_adapter_scale"
        script.define("SCALE", write_value(model.scale))
    script.define("MODEL", f'{loaded}.to("cuda" if torch.cuda.is_available() else "cpu")', imports)


def _define_form(script: TechniqueScript, form: AnswerForm) -> None:
    """The grammar that holds an answer to it, as the playground has it."""
    if form.schema:
        blanks = {"whitespace_pattern": BLANK, "lenient": False}
        made = f"LLMatcher.grammar_from_json_schema({write_value(form.schema)}, overrides={write_value(blanks)})"
    elif form.kind == "regex":
        made = f"LLMatcher.grammar_from_regex({write_value(form.written)})"
    else:
        rules = label_rule(form.written) if form.kind == "labels" else form.written
        made = f"json.dumps({write_value({'grammars': [{'lark_grammar': rules}]})})"
    imports = "import json\nfrom llguidance import LLMatcher\nfrom llguidance.hf import from_tokenizer"
    script.define("FORM", made, imports)


def _place(source: ModelSource) -> str:
    """What `from_pretrained` is given: of a GGUF file the folder that it lies in."""
    return str(Path(source.place).parent) if source.kind == "gguf" else source.place


def _gguf_file(source: ModelSource) -> str:
    return Path(source.place).name if source.kind == "gguf" else source.file


def _arguments(**given: str) -> dict[str, object]:
    return {name: value for name, value in given.items() if value}


def _call(first: str, arguments: dict[str, object]) -> str:
    return ", ".join([first, *(f"{name}={write_value(value)}" for name, value in arguments.items())])


def _with_note(value: str, note: str) -> str:
    return f"{write_value(value)}  # {note}" if note else write_value(value)

"""A Python script that repeats a whole technique on the model itself, with nothing but `transformers` and, for an
adapter, `peft`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from playground.answer_forms.form import AnswerForm, form_of
from playground.answer_forms.grammars import BLANK, label_rule
from playground.backends.sources import ModelSource
from playground.export.layout import write_value
from playground.export.local_model import LocalModel
from playground.export.whole_script import TechniqueScript, begin_script
from playground.strategies import technique_of
from playground.types import Agent, Setup

ASKING = "playground.export.ask_transformers"
STATED = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty", "max_tokens")  # whatever a model's own are
LOADED = "The model is loaded from where SOURCE says: a folder, or a name of the hub, which is then asked for it."
LOADED_ALL = "The models are loaded from where MODELS says: a folder, or a name of the hub, which is then asked for it."
HELD = "import json\nfrom llguidance import LLMatcher\nfrom llguidance.hf import from_tokenizer"
SEEDED = (
    "The seed gives the same text each time; the playground, whose random numbers are others, gives another with it."
)


def transformers_script(setup: Setup, model: LocalModel, own: Sequence[LocalModel | None] = ()) -> TechniqueScript:
    """The script for a checked setup, all but written. `own` are the weights of its agents, None for the setup's."""
    models = list(dict.fromkeys([model, *filter(None, own)]))
    setup = replace(setup, task=replace(setup.task, agents=_named_agents(setup, own, models)))
    chosen, form = setup.sampling, form_of(setup.task)
    chooses = setup.options.get("next_speaker") == "moderator"
    several, scaled = len(models) > 1, any(one.scale != 1 for one in models)
    sampling = {name: getattr(chosen, name) for name in STATED}
    sampling |= {"logit_bias": dict(chosen.logit_bias)} if chosen.logit_bias else {}
    sampling |= {"stop": [*chosen.stop]} if chosen.stop else {}
    sampling |= {} if chosen.seed is None else {"seed": chosen.seed}

    def begin(stops: bool, weighs: bool) -> TechniqueScript:
        constants = {
            "script.several": several,
            "local.several": several,
            "local.adapted": several and any(one.adapter for one in models),
            "local.formed": form is not None,
            "local.chooses": chooses,
            "local.scaled": scaled,
            "local.logprobs": weighs,
            "local.biased": bool(chosen.logit_bias),
            "local.functions": technique_of(setup).offers_functions,
            "local.stops": stops,
            "local.seeded": chosen.seed is not None,
            "local.keeps": setup.strategy == "chaining",
        }
        chats = {one.chat for one in models}
        known = {} if len(chats) > 1 or None in chats else {"TOKENIZER.chat_template": model.chat}
        return begin_script(setup, ASKING, {**constants, **known}, sampling)

    script = begin(stops=bool(chosen.stop), weighs=False)
    stops = bool(chosen.stop) or script.sets("stop")  # only a whole technique shows what it asks with
    if script.weighs or stops != bool(chosen.stop):
        script = begin(stops, script.weighs)
    (_define_models if several else _define_model)(script, models)
    if chooses:
        script.bring(HELD)
    if form:
        _define_form(script, form)
    script.define_settings(sampling)
    script.packages = ["torch", "transformers", *(["llguidance"] if form or chooses else [])]
    script.packages += [*script.also, *(["peft"] if any(one.adapter for one in models) else [])]
    script.packages += ["gguf"] if any(_gguf_file(one.source) for one in models) else []
    script.notes = [(LOADED_ALL if several else LOADED, "")]
    script.notes += [(SEEDED, "")] if chosen.seed is not None and chosen.temperature else []
    script.notes += [(f"Of {_place(one.source)}: {one.note}.", "") for one in models if several and one.note]
    return script


def _named_agents(setup: Setup, own: Sequence[LocalModel | None], models: Sequence[LocalModel]) -> tuple[Agent, ...]:
    """The agents with the names that their weights have in the script."""
    names = _adapter_names(models)
    return tuple(
        replace(agent, model="", adapter="", scale=1.0) if one is None
        else replace(agent, model=one.name, adapter=names.get((one.name, one.adapter_name), ""), scale=one.scale)
        for agent, one in zip(setup.task.agents, own or [None] * len(setup.task.agents), strict=True)
    )  # fmt: skip


def _adapter_names(models: Sequence[LocalModel]) -> dict[tuple[str, str], str]:
    """What each adapter of a model is called in the script: peft allows no dot, and several names may become one."""
    names: dict[tuple[str, str], str] = {}
    for one in models:
        if one.adapter and (one.name, one.adapter_name) not in names:
            plain = one.adapter_name.replace(".", "_")
            taken = [name for (model, _), name in names.items() if model == one.name]
            names[one.name, one.adapter_name] = plain if plain not in taken else f"{plain}_{len(taken) + 1}"
    return names


def _define_models(script: TechniqueScript, models: Sequence[LocalModel]) -> None:
    """Several weights, of which one speaks at a time: each model is loaded once, with all adapters that it needs."""
    names = _adapter_names(models)
    adapting = script.program.add(ASKING, "with_adapters") if names else ""
    written = {}
    for one in models:
        if one.name in written:
            continue
        where = _arguments(revision=one.source.revision) | _arguments(gguf_file=_gguf_file(one.source))
        source = write_value(_place(one.source))
        loaded = f'AutoModelForCausalLM.from_pretrained({_call(source, where)}, dtype="auto")'
        places = {
            names[other.name, other.adapter_name]: {
                "model_id": _place(other.adapter), **_arguments(revision=other.adapter.revision)
            }
            for other in models if other.name == one.name and other.adapter
        }  # fmt: skip
        loaded = f"{adapting}({loaded}, {write_value(places)})" if places else loaded
        tokenizer = _call(source, where | {"clean_up_tokenization_spaces": False})
        written[one.name] = f"({loaded}.to(DEVICE), AutoTokenizer.from_pretrained({tokenizer}))"
    script.define("DEVICE", '"cuda" if torch.cuda.is_available() else "cpu"', "import torch")
    pairs = ", ".join(f"{write_value(name)}: {pair}" for name, pair in written.items())
    imports = "from transformers import AutoModelForCausalLM\nfrom transformers import AutoTokenizer"
    script.define("MODELS", f"{{{pairs}}}", f"{imports}\nfrom peft import PeftModel" if names else imports)
    first = models[0]
    given: dict[str, object] = {"model": first.name}
    if names:
        given |= {"adapter": names.get((first.name, first.adapter_name), ""), "scale": first.scale}
        script.define("ADAPTER", '""')
        script.define("SCALE", "1.0")
        script.bring("from peft.helpers import rescale_adapter_scale")
    written_first = ", ".join(f"{name}={write_value(value)}" for name, value in given.items())
    script.define("FIRST", f"SimpleNamespace({written_first})", "from types import SimpleNamespace")
    script.define("MODEL", "MODELS[FIRST.model][0]")
    script.define("TOKENIZER", "MODELS[FIRST.model][1]")


def _define_model(script: TechniqueScript, models: Sequence[LocalModel]) -> None:
    (model,) = models
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
    script.define("FORM", made, HELD)


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

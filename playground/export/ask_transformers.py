"""`ask` of a script that runs the model itself, with `transformers`: its source is copied into scripts, and it never
runs here.

What is known of the setup (`local`) becomes constants, so that a script has only those branches that it needs.
"""

import json
import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

from playground.answer_forms.grammars import label_grammar, with_space
from playground.export.stand_ins import REPLIES, Completion
from playground.functions.listing import as_tools

MODEL: Any = None
TOKENIZER: Any = None
MODELS: dict[str, Any] = {}
FIRST: Any = None
ADAPTER = ""
SCALE = 1.0
SAMPLING: dict[str, Any] = {}
FORM = ""
LLMatcher: Any = None
from_tokenizer: Any = None
torch: Any = None
rescale_adapter_scale: Any = None
PeftModel: Any = None
local: Any = None
HALF_A_CHARACTER = "\ufffd"


def ask(
    label: str,
    messages: Any,
    *,
    n: int = 1,
    prefill: str = "",
    answer_to: Any = None,
    weights: Any = None,
    one_of: tuple[str, ...] = (),
    **overrides: Any,
) -> tuple[Completion, ...]:
    """Have the model answer the messages, and give the replies."""
    settings = {**SAMPLING, **overrides}
    if local.several:
        turn_to(weights)
    text = write_prompt(messages, prefill)
    texts = [text] if n == 1 else [text] * n
    prompt = TOKENIZER(texts, add_special_tokens=not TOKENIZER.chat_template, return_tensors="pt")
    if local.formed or local.chooses:
        matchers: list[Any] = []  # of the rows, as soon as there is one to hold
    if local.formed:
        is_held = answer_to is not None and answer_to.form != "none"
        settings["hold"] = [hold_to_form(matchers, prompt.input_ids.shape[1], prefill, FORM)] if is_held else []
    if local.chooses:
        if one_of:
            names = label_grammar(one_of)
            settings["hold"] = [hold_to_form(matchers, prompt.input_ids.shape[1], prefill, names)]
        elif not local.formed:
            settings["hold"] = []
    if local.adapted:
        with at_strength():
            output = generate(prompt.to(MODEL.device), settings)
    elif local.scaled:
        with rescale_adapter_scale(MODEL, SCALE):
            output = generate(prompt.to(MODEL.device), settings)
    else:
        output = generate(prompt.to(MODEL.device), settings)
    begun = prompt.input_ids.shape[1]
    if local.formed or local.chooses:
        rows = zip(output.sequences.tolist(), matchers, strict=False)
        settings["complete"] = [row for row, matcher in rows if completes_form(matcher, row[-1])]
    if local.logprobs:
        logprobs = MODEL.compute_transition_scores(output.sequences, output.logits, normalize_logits=True).tolist()
        replies = tuple(
            read_row(row, begun, settings, its) for row, its in zip(output.sequences.tolist(), logprobs, strict=True)
        )
    else:
        replies = tuple(read_row(row, begun, settings) for row in output.sequences.tolist())
    for reply in replies:
        print(f"--- {label}\n{reply.text}", file=sys.stderr)
    if local.keeps:
        REPLIES.extend(replies)
    return replies


def turn_to(weights: Any) -> None:
    """Have these weights answer from here on, or those that answer first where none are named."""
    global MODEL, TOKENIZER, ADAPTER, SCALE
    own = weights if weights is not None and weights.model else FIRST
    MODEL, TOKENIZER = MODELS[own.model]
    if local.adapted:
        ADAPTER, SCALE = own.adapter, own.scale
        if ADAPTER:
            MODEL.set_adapter(ADAPTER)


def at_strength() -> Any:
    """With the adapter at its scale; without one, as the model is without all that it has."""
    if ADAPTER:
        if local.scaled:
            return rescale_adapter_scale(MODEL, SCALE) if SCALE != 1 else nullcontext()
        return nullcontext()
    return MODEL.disable_adapter() if isinstance(MODEL, PeftModel) else nullcontext()


def with_adapters(model: Any, adapters: dict[str, Any]) -> Any:
    """The model with these adapters, each by its name and from its place."""
    for name, place in adapters.items():
        if isinstance(model, PeftModel):
            model.load_adapter(**place, adapter_name=name)
        else:
            model = PeftModel.from_pretrained(model, **place, adapter_name=name)
    return model


def write_prompt(messages: Any, prefill: str) -> str:
    """The prompt as the model reads it. One without a chat template goes on with a plain text."""
    if TOKENIZER.chat_template:
        text: str
        if local.functions:
            tools = as_tools(function for message in messages for function in message.get("functions", ()))
            turns = [with_values(message) for message in messages]
            text = TOKENIZER.apply_chat_template(turns, tools=tools, tokenize=False, add_generation_prompt=True)
        else:
            text = TOKENIZER.apply_chat_template([*messages], tokenize=False, add_generation_prompt=True)
        return text + prefill if prefill else text
    contents = [message["content"] for message in messages]
    return "\n\n".join([*contents, prefill] if prefill else contents)


def with_values(message: dict[str, Any]) -> dict[str, Any]:
    """The message with the arguments of its calls as values, which templates write as JSON."""
    turn = {key: value for key, value in message.items() if key not in ("functions", "tool_calls")}
    if calls := message.get("tool_calls"):
        functions = [call["function"] for call in calls]
        values = [{**function, "arguments": json.loads(function["arguments"])} for function in functions]
        turn["tool_calls"] = [{"type": "function", "function": value} for value in values]
    return turn


def generate(prompt: Any, settings: dict[str, Any]) -> Any:
    """Go on from the prompt. What the model's own generation_config says does not count."""
    choosing: dict[str, Any] = {"do_sample": False}
    if settings["temperature"] > 0:
        names = ("temperature", "top_k", "top_p", "min_p")
        choosing = {"do_sample": True, **{name: settings[name] for name in names}}
    if local.biased:
        choosing["sequence_bias"] = {(token,): bias for token, bias in settings["logit_bias"].items()} or None
    if local.stops:
        begun = prompt.input_ids.shape[1]

        def has_stopped(rows: Any, _: Any) -> Any:
            texts = [read_text(row, begun) for row in rows.tolist()]
            return torch.tensor([any(stop in text for stop in settings.get("stop", ())) for text in texts]).to(
                rows.device
            )

        choosing["stopping_criteria"] = [has_stopped]
    if local.formed or local.chooses:
        choosing["logits_processor"] = settings["hold"]
    if local.logprobs:
        choosing["output_logits"] = True
    if local.seeded:
        torch.manual_seed(SAMPLING["seed"])
    return MODEL.generate(
        **prompt,
        **choosing,
        repetition_penalty=settings["repetition_penalty"],
        max_new_tokens=settings["max_tokens"],
        eos_token_id=end_tokens(),
        pad_token_id=end_tokens()[0],
        return_dict_in_generate=True,
    )


def hold_to_form(matchers: list[Any], begun: int, prefill: str, grammar: str) -> Any:
    """Leaves a model those tokens that can still lead to the form, and none but the end once it is complete."""
    if prefill and not prefill[-1].isspace():
        grammar = with_space(grammar)

    def hold(rows: Any, logits: Any) -> Any:
        if not matchers:
            size = max(len(TOKENIZER), logits.shape[1])
            tokens = from_tokenizer(TOKENIZER, n_vocab=size, eos_token=end_tokens())
            matchers.extend(LLMatcher(tokens, grammar) for _ in rows)
        barred = []
        for row, matcher in zip(rows.tolist(), matchers, strict=True):
            if len(row) > begun and not matcher.is_stopped():
                matcher.consume_token(row[-1])
            allowed = torch.frombuffer(bytearray(matcher.compute_logit_bias()), dtype=torch.uint8)
            barred.append(allowed[: logits.shape[1]] == 0)
        return logits.masked_fill(torch.stack(barred).to(logits.device), -torch.inf)

    return hold


def completes_form(matcher: Any, token: int) -> bool:
    """Whether nothing can follow the last token: then it ended the answer, and not the limit."""
    return not matcher.is_stopped() and matcher.consume_token(token) and matcher.is_stopped()


def end_tokens() -> list[int]:
    """The tokens that end an answer, as the model and its tokenizer say."""
    listed = MODEL.generation_config.eos_token_id
    ends = [*(listed if isinstance(listed, list) else [listed]), TOKENIZER.eos_token_id]
    return [end for end in ends if end is not None]


def read_text(row: list[int], begun: int) -> str:
    """What was written after the prompt; how a token reads may depend on the one before it."""
    before = TOKENIZER.decode(row[:begun], skip_special_tokens=True)
    text: str = TOKENIZER.decode(row, skip_special_tokens=True)[len(before) :]
    return text.rstrip(HALF_A_CHARACTER)


def read_row(row: list[int], begun: int, settings: dict[str, Any], logprobs: Any = ()) -> Completion:
    end = next((place for place in range(begun, len(row)) if row[place] in end_tokens()), len(row))
    is_over = ((local.formed or local.chooses) and row in settings["complete"]) or end < len(row)
    text, finish_reason = read_text(row[:end], begun), "stop" if is_over else "length"
    if local.stops:
        for stop in settings.get("stop", ()):
            if stop in text:
                text, finish_reason = text.partition(stop)[0], "stop"
                if local.logprobs:
                    while end > begun and len(read_text(row[: end - 1], begun)) >= len(text):
                        end -= 1  # this token belongs to the stop string
    tokens = tuple(SimpleNamespace(logprob=logprob) for logprob in logprobs[: end - begun])
    return Completion(text=text, finish_reason=finish_reason, completion_tokens=end - begun, tokens=tokens)

"""Separates a model's reasoning in tags from its answer."""

import re

# Names inside <...>, [...] and the like, as models and their chat templates write them.
NAME = (
    r"(?:\w{1,20}[:_]|ant)?"
    r"(?:think(?:ing)?|thoughts?|reasoning|reason|rationale|reflection|scratchpad|monologue|analysis|cot)(?:_\w{1,20})?"
)
BAR, JOIN = "[|\uff5c]?", "[_\u2581]"  # DeepSeek's tokens are written with a wide bar and a low block
SPAN = rf"{JOIN}(?:of{JOIN})?(?:thought|thinking|reasoning){BAR}>"
SQUARE = r"(?-i:THINK|THINKING|REASONING|thinking|reasoning)\]"
OPENING = (
    rf"(?:<|&lt;)\|?{NAME}(?:\s[^<>\n]{{0,80}})?\|?(?:>|&gt;)|\[{SQUARE}|\u25c1think\u25b7|<{BAR}(?:begin|start){SPAN}"
    r"|<unused94>(?:thought)?|<\|inner_prefix\|>|<\|im_start\|>think\b"
    r"|(?:<\|start\|>assistant)?<\|?channel\|?>\s*(?:analysis|commentary|thought)\b[^<\n]{0,80}(?:<\|message\|>)?"
)
CLOSING = (
    rf"(?:<|&lt;)/\|?{NAME}\|?(?:>|&gt;)|<\|/{NAME}\|>|\[/{SQUARE}|\u25c1/think\u25b7|<{BAR}end{SPAN}"
    r"|<unused95>|<channel\|>|<\|end\|>|<\|inner_suffix\|>|<\|im_start\|>answer\b"
    r"|(?:<\|(?:end|start)\|>|assistant){0,4}<\|channel\|>\s*final\b[^<\n]{0,80}(?:<\|message\|>)?"
)
HINT = re.compile(
    "think|thought|reason|rationale|reflection|scratchpad|monologue|analysis|cot|channel|inner_|unused9", re.I
)
TAG = re.compile(rf"(?P<mention>[`\"'])?(?:(?P<closing>{CLOSING})|(?P<opening>{OPENING}))", re.IGNORECASE)
# What frames an answer that follows a thought, and control words that may end it.
FRAME = re.compile(
    r"<\|(?:begin|start|end)_(?:of_)?(?:solution|response|text)\|>|<\|start\|>assistant|<\|(?:return|end|message|call)\|>"
    r"|</?(?:response|solution|output)>",
    re.IGNORECASE,
)
# gpt-oss where a server leaves out the control tokens, and Granite's spoken headings.
# As chat pages fold a thought away, or a model fences it.
FOLDED = re.compile(
    r"<details\s[^<>]{0,80}\breasoning\b[^<>]{0,80}>(?:(?!</details>).)*+(?:</details>|$)"
    r"|^```(?:think|thinking|thought|reasoning)\n(?:(?!\n```).)*+(?:\n```|$)",
    re.IGNORECASE | re.DOTALL,
)
BARE_CHANNELS = re.compile(r"\s*analysis(?=[A-Z\s\"'(])")
BARE_FINAL = "assistantfinal"
BARE_CUT_OFF = re.compile(r"analysis(?=[A-Z][a-z']* )")
THOUGHT_HEADING = re.compile(r"\s*here is my thought process:", re.IGNORECASE)
ANSWER_HEADING = re.compile(r"here is my response:", re.IGNORECASE)


def without_reasoning(text: str) -> str:
    """What is said and not only thought; the text itself, to the letter, where no thought is marked in it.

    A closing tag alone ends a thought that the chat template began. An opening tag alone begins one that was cut off:
    nothing after it is an answer. A tag in quotes or code marks, or one in the midst of a line that nothing closes, is
    talked about and marks nothing.
    """
    text = _without_headings(text)
    if not HINT.search(text):
        return text
    text = FOLDED.sub("", text).strip() if FOLDED.search(text) else text
    tags = [tag for tag in TAG.finditer(text) if not tag["mention"]]
    last_closing = max((tag.start() for tag in tags if tag["closing"]), default=-1)
    spoken: list[str] = []
    at, thinks, thought = 0, False, False
    for tag in tags:
        if tag["closing"]:
            if not thinks and tag["closing"].lower() == "<|end|>":  # the end of a message that is no thought
                continue
            if not thinks:  # what came before was thought as well: the template began it
                spoken.clear()
            at, thinks, thought = tag.end(), False, True
        elif not thinks and (tag.start() < last_closing or _begins_line(text, tag.start())):  # they do not nest
            spoken.append(text[at : tag.start()])
            thinks = thought = True
    if not thought:
        return text
    if not thinks:
        spoken.append(text[at:])
    return FRAME.sub("", "".join(spoken)).strip()


def _begins_line(text: str, at: int) -> bool:
    return not text[max(at - 200, 0) : at].rpartition("\n")[2].strip()


def _without_headings(text: str) -> str:
    if THOUGHT_HEADING.match(text):
        answer = ANSWER_HEADING.search(text)
        return text[answer.end() :].strip() if answer else ""
    if BARE_CHANNELS.match(text) and BARE_FINAL in text:
        return text[text.rfind(BARE_FINAL) + len(BARE_FINAL) :].strip()
    return "" if BARE_CUT_OFF.match(text) else text

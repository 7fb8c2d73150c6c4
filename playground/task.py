"""What is asked, whatever the technique: the task with the rows of its fields, the weights that rows may have of their
own, the messages that are made of a task, and how its documents are searched."""

from dataclasses import dataclass
from typing import Literal

from playground.parameters import STRICT, Short, Title, choice, many, number, text

AnswerType = Literal["text", "number", "choice", "yes_no", "label"]
Role = Literal["system", "user", "assistant", "tool"]
FormKind = Literal["none", "json_schema", "example", "labels", "regex", "grammar"]
StepTechnique = Literal[  # those that need nothing but an input
    "zero_shot",
    "chain_of_thought",
    "plan_and_solve",
    "rereading",
    "self_consistency",
    "least_to_most",
    "generated_knowledge",
    "tree_of_thoughts",
    "perspectives",
    "self_refine",
    "skeleton_of_thought",
    "react",
]
WHY_NO_STEP = (
    "few-shot has no examples for one step alone; what contextual, instruction and negative add can stand in the "
    "template; role and material go with all steps, and a chain's steps or a conversation's turns with the others"
)

SEARCH = "search"  # the tool's name
NOTHING_FOUND = "No passage was found."
PassageSource = Literal["search", "gold", "wrong"]

MAX_TEXT = 200_000
MAX_TURNS = 200  # of a conversation
MAX_NAME = 300  # characters of a model's or an adapter's name: an endpoint's name, a slash, its server's own name
MAX_AGENTS = 6
SAME = "as the setup"  # what an agent has that has no value of its own
PERSON = "person"  # in place of a tool's name: who is asked is whoever sits before the page
MAX_FORM = 20_000
MAX_DOCUMENTS = 200  # that a search can be kept to by their titles, and that a session may hold of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One demonstration: an input and the output it should have."""

    __pydantic_config__ = STRICT
    input: str = text(max_length=MAX_TEXT, help="An input of the kind you will ask about.")
    output: str = text(max_length=MAX_TEXT, help="The answer it should get.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep:
    """One link of a chain: a name, a template over `{input}`, `{previous}` and earlier step names, and how it is asked.

    A setup whose input is what the template is filled to, with the role of the whole and the technique's defaults.
    """

    __pydantic_config__ = STRICT
    name: str = text(max_length=60, help="Short name; later steps refer to this step's output by it.")
    template: str = text(max_length=MAX_TEXT, lines=3, help="{input}, {previous} and {earlier step name} are replaced.")
    strategy: StepTechnique = choice(
        "zero_shot",
        label="Technique",
        why_no_other=WHY_NO_STEP,
        help="How this step is asked; what that technique answers is the step's output.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What somebody has said in a conversation."""

    __pydantic_config__ = STRICT
    role: Literal["user", "assistant"] = choice("user", label="Who", help="Who says it.")
    text: str = text(max_length=MAX_TEXT, lines=2, help="What is said.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Which weights answer: a model, and unless that is empty an adapter of it, at a scale. A pane is one of these."""

    __pydantic_config__ = STRICT
    model: str = text("default", max_length=MAX_NAME, help="A model by its name.")
    adapter: str = text(max_length=MAX_NAME, help="A fine-tuned adapter of this model; empty is the model as it is.")
    scale: float = number(1.0, 0, 2, step=0.05, help="How strongly the adapter changes the model. 0 is not at all.")

    @property
    def model_title(self) -> str:
        """Their name for people: what was asked for, not what answered."""
        scale = f" \u00d7 {self.scale:g}" if self.scale != 1 else ""
        return f"{self.model} + {self.adapter}{scale}" if self.adapter else self.model


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent(Weights):
    """Who takes part in a conversation of agents: what it is told, what it may use, and which weights speak for it.

    Without a model they are the setup's; with an adapter alone, the setup's model with that.
    """

    __pydantic_config__ = STRICT
    name: str = text(max_length=40, help="Short; the others see it before what it says.")
    system: str = text(max_length=MAX_TEXT, lines=2, label="System message", help="Who it is, and what it does.")
    writer: Literal["model", "person", "search"] = choice(
        "model",
        label="Written by",
        help="Person: the conversation waits until you have written its message. Search: its message is what the "
        "documents hold about what was said last, or about the input; no model is asked.",
    )
    speaks: Literal["in_turn", "at_the_end"] = choice(
        "in_turn", help="At the end: it speaks once, when the others have ended, and its message is the answer."
    )
    tools: Literal["none", "calculator", "clock", "search", "all"] = choice(
        "none", help="What it may use. Search needs documents."
    )
    model: str = text(max_length=MAX_NAME, empty=SAME, help="Which model writes its messages.")
    temperature: float | None = number(None, 0, 2, step=0.05, empty=SAME, help="How freely its tokens are drawn.")
    max_tokens: int | None = number(None, 1, 4096, step=1, empty=SAME, help="How long one message may get.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked, whatever the technique. A technique names the fields it uses."""

    __pydantic_config__ = STRICT
    input: str = text(max_length=MAX_TEXT, help="The question, or what is to be done.", lines=5)
    material: str = text(max_length=MAX_TEXT, help="A text to work on. It follows the input, between two markers.")
    role: str = text(max_length=MAX_TEXT, help='Who answers: "You are ...". Sent as the system message.', lines=2)
    collection: str = text(
        max_length=60, label="Documents", help="A collection of documents that is searched; own: those of this session."
    )
    examples: tuple[Example, ...] = many(max_length=64, help="Pairs of input and output, shown in this order.")
    steps: tuple[ChainStep, ...] = many(max_length=20, help="Prompts that build on each other.")
    turns: tuple[Turn, ...] = many(
        max_length=MAX_TURNS, help="The conversation before the input, in order: what you said, and what was answered."
    )
    agents: tuple[Agent, ...] = many(
        max_length=MAX_AGENTS, help="Two to six, in the order in which they speak. All are told the role."
    )
    answer: AnswerType = choice(
        "text",
        label="Answer type",
        help="What is read out of the reply. Label: one of your own words, such as positive. Choice: the letter of one "
        "of the options that your prompt lists as A), B) and so on.",
    )
    labels: tuple[Short, ...] = many(
        max_length=64, help="The allowed answers, or the options of a choice in the order of their letters."
    )
    form: FormKind = choice(
        "none",
        label="Form of the answer",
        help="What the answer is held to while it is written: no token comes that would leave this form.",
    )
    form_text: str = text(
        max_length=MAX_FORM,
        lines=4,
        label="The form itself",
        help="The JSON schema, an example as JSON, the labels one a line, the regular expression that the whole answer "
        'matches, or a grammar in Lark\'s notation: start: "yes" | "no".',
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What a model may call. `parameters` is the JSON schema of its arguments, as JSON."""

    name: str
    description: str
    parameters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall:
    """A call of a model's; `arguments` are JSON as it wrote them, or whatever it wrote in their place."""

    name: str
    arguments: str
    id: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation, as the model's chat template will see it.

    `functions` are those that may be called from here on, `calls` what an assistant's turn calls; a tool's turn is what
    the call of this id gave.
    """

    role: Role
    content: str
    functions: tuple[Function, ...] = ()
    calls: tuple[FunctionCall, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """Where the passages come from, how many, how long, and by which likeness they are found."""

    source: PassageSource = choice(
        "search",
        label="Passages from",
        help="Search is what you would use. Gold takes the passages that hold the answer, wrong the best of those that "
        "do not: both are known of the questions that come with a collection, and tell what the search is to blame for "
        "from what the reading is.",
    )
    passages: int = number(3, 1, 10, step=1, help="How many are put into the prompt, at most.")
    size: int = number(
        400,
        100,
        2000,
        step=50,
        label="Longest passage",
        help="In characters. Documents are cut between paragraphs where that can be, else between sentences or words.",
    )
    overlap: int = number(0, 0, 500, step=50, help="Characters at the end of a passage that begin the next one too.")
    weight: float = number(
        0.5,
        0,
        1,
        step=0.05,
        label="Weight of meaning",
        help="0 searches by words alone (BM25), 1 by likeness of meaning alone (vectors), between them by both.",
    )
    least: float | None = number(
        None, 0, 1, step=0.05, label="Least likeness", empty="any",
        help="Leaves out passages whose vector is less like the question's (cosine). Where none is left, no model is "
        "asked.",
    )  # fmt: skip
    documents: tuple[Title, ...] = many(
        max_length=MAX_DOCUMENTS, label="Only these documents", help="By their titles. Empty: all."
    )
    kinds: tuple[Short, ...] = many(
        max_length=20,
        label="Only these kinds",
        help="Of documents: what the collection says of each, or the format that one's own came in. Empty: all.",
    )
    encoder: str = text(
        max_length=MAX_NAME,
        help="What makes the vectors: the one that comes with the playground, or a model behind a connected endpoint "
        "(name/model), to which the passages and the question are sent.",
        empty="all-MiniLM-L6-v2, which comes with the playground",
        offered=True,
    )

"""The kinds of heads, in the order in which they are offered, each with its card."""

from dataclasses import dataclass
from typing import Literal

HeadName = Literal["classification", "tokens", "answers", "reward"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`trained`, `cost`, `fails` are its card; `rows` says what rows of one's own look like, `hint` shows some.

    `task` is what the model does that comes of it, as in `Capabilities`; `example` is a text to try it on.
    """

    name: HeadName
    title: str
    task: str
    trained: str
    cost: str
    fails: str
    rows: str
    hint: str
    data: str
    example: str


COST = (
    "Of all-MiniLM-L6-v2 22.7 million parameters with the encoder, {alone} without it: sixteen bytes each while they "
    "learn, a file of 90 MB, and a minute or two on two cores. A text is read in milliseconds afterwards."
)

HEADS: dict[str, Head] = {
    head.name: head
    for head in (
        Head(
            name="classification",
            title="Label a text",
            task="classification",
            trained="One layer over what the encoder makes of the whole text, a number for each label (Devlin et al. "
            "2019, arXiv 1810.04805), and the encoder with it unless that stays as it is.",
            cost=COST.format(alone="some 1,200"),
            fails="With a few dozen rows it learns their words, and not what they have in common. It knows the labels "
            "it was taught, and gives one of them to any text.",
            rows="a text and its label: columns `text` and `label`, or JSON lines",
            hint="text,label\nThe soup was cold.,bad\nWe loved it here.,good",
            data="Reviews written for this project, and others composed of its phrases. Measured on written ones.",
            example="The room was clean, but nobody ever answered the bell.",
        ),
        Head(
            name="tokens",
            title="Label words in a text",
            task="token_classification",
            trained="One layer over what the encoder makes of each token, a number for each label and one for none.",
            cost=COST.format(alone="some 2,000"),
            fails="On names and forms unlike those it has learned from, and at the edges of long spans. It labels "
            "tokens one by one: nothing tells it that there is one customer only.",
            rows="JSON lines with `text` and `spans`, each a `text` from it and its `label`",
            hint='{"text": "Maria wants 3 lamps", "spans": [{"text": "Maria", "label": "NAME"}]}',
            data="Orders composed of this project's patterns and words: who, what, how many, which day. Measured on "
            "orders written by hand.",
            example="Could you keep two wooden trays for Mrs Lindqvist until Thursday?",
        ),
        Head(
            name="answers",
            title="Find an answer in a passage",
            task="question_answering",
            trained="One layer with two numbers for each token: how likely the answer begins there, and ends there.",
            cost=COST.format(alone="some 800"),
            fails="Where the passage has no answer, it still points at something. It cannot count, compare or say "
            "anything that does not stand there.",
            rows="`passage`, `question` and `answer`, which stands in the passage: columns, or JSON lines",
            hint="passage,question,answer\nThe shop opens at nine.,When does it open?,at nine",
            data="Questions about the same orders. Measured on other questions about orders written by hand.",
            example="Could you keep two wooden trays for Mrs Lindqvist until Thursday?\n\nWhat is wanted?",
        ),
        Head(
            name="reward",
            title="Reward: which answer is preferred",
            task="classification",
            trained="One number over prompt and answer, so that of each pair the preferred answer gets the higher one "
            "(Bradley and Terry 1952; as in Ouyang et al. 2022, arXiv 2203.02155). It is the first half of RLHF.",
            cost=COST.format(alone="385"),
            fails="It likes what the preferred answers had in common, be it length or a word, and whoever seeks its "
            "highest marks finds that out before anything else. It cannot tell whether an answer is true.",
            rows="`prompt`, `chosen` and `rejected`: columns, or JSON lines, as for DPO",
            hint="prompt,chosen,rejected\nWhat is tea?,A drink of leaves.,I do not know.",
            data="Answers in a pirate's voice, preferred to the same ones told plainly.",
            example="What is the capital of Peru?\n\nArr, that be Lima, matey!",
        ),
    )
}

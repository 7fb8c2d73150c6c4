"""Readers that tests make up: what a text is worth, and what is answered, by a rule."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from playground.finetuning.probes.reader import GreedyAnswer, Likelihood, Messages


@dataclass(frozen=True)
class MadeUpReader:
    """`worth` is the log-probability of a text after a prompt, a token a word; `say` answers a prompt."""

    worth: Callable[[str, str], float] = lambda prompt, text: -2.0 * len(text.split())
    say: Callable[[str, str], str] = lambda prompt, begun: "nothing"
    confidence: float = 0.5  # of an answer that is not empty
    closed: list[str] = field(default_factory=list)

    def likelihoods(self, asked: Sequence[tuple[Messages, str]]) -> Iterator[Likelihood]:
        try:
            for messages, text in asked:
                yield Likelihood(self.worth(messages[-1].content, text), len(text.split()))
        finally:
            self.closed.append("likelihoods")

    def answers(self, asked: Sequence[tuple[Messages, str]], max_tokens: int) -> Iterator[GreedyAnswer]:
        try:
            for messages, begun in asked:
                said = self.say(messages[-1].content, begun)
                yield GreedyAnswer(said, self.confidence if said else None)
        finally:
            self.closed.append("answers")

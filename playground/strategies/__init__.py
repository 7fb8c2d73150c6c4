"""The techniques, in the order in which they are shown.

base.py                 Base class of techniques: options as fields, a card, and a `run` that reads like its paper
chain_of_thought.py     Chain of thought, both forms: reason first, answer second
chaining.py             Prompt chaining: steps that build on each other, each open to inspection
contextual.py           Contextual: the situation and the audience, then the task
conversation.py         Conversation: what was said before is the prompt, as much of it as the window holds
delimiters.py           Delimiters: the text to work on stands apart, fenced by a marker that does not occur in it
few_shot.py             Few-shot: demonstrations in context, no gradient updates
generated_knowledge.py  Generated knowledge: facts first, one answer with each, the surest is kept
instruction.py          Instruction: task, format, length and audience, each stated in a line of its own
least_to_most.py        Least-to-most: list the simpler questions, answer them in order, then the question
negative.py             Negative: what the answer must not do, stated in the prompt and checked on the answer
perspectives.py         Perspectives: the same question from several points of view at once, then one answer out of all
plan_and_solve.py       Plan-and-solve: devise a plan, then carry it out
rereading.py            Rereading, RE2: the question twice, then chain of thought
role.py                 Role: say who answers, in the system message
self_consistency.py     Self-consistency: many reasoning paths, one vote
self_refine.py          Self-Refine: a draft, feedback on it, a revision, and again
skeleton_of_thought.py  Skeleton-of-thought: short points first, then all of them written out at once
tree_of_thoughts.py     Tree of thoughts, breadth-first: propose steps, judge them, go on from the best
zero_shot.py            Zero-shot: the question, nothing else but a role and material, where the task has them
agents/                 A conversation of agents: who is in it, who speaks next, what each sees, and when it ends
answers/                Reads an answer out of a model's words, or out of a reference, by one grammar
parts/                  What several techniques are made of: prompts, replies, votes, what a task must have
with_tools/             The techniques in which something besides a model is asked: a tool, a person, documents
"""

from playground.strategies.agents.panel import Panel
from playground.strategies.base import Ask, Event, Procedure, Running, Strategy, TechniqueCard
from playground.strategies.chain_of_thought import ChainOfThought
from playground.strategies.chaining import Chaining
from playground.strategies.contextual import Contextual
from playground.strategies.conversation import Conversation
from playground.strategies.delimiters import Delimiters
from playground.strategies.few_shot import FewShot
from playground.strategies.generated_knowledge import GeneratedKnowledge
from playground.strategies.instruction import Instruction
from playground.strategies.least_to_most import LeastToMost
from playground.strategies.negative import Negative
from playground.strategies.parts.calls import Calls
from playground.strategies.perspectives import Perspectives
from playground.strategies.plan_and_solve import PlanAndSolve
from playground.strategies.rereading import Rereading
from playground.strategies.role import Role
from playground.strategies.self_consistency import SelfConsistency
from playground.strategies.self_refine import SelfRefine
from playground.strategies.skeleton_of_thought import SkeletonOfThought
from playground.strategies.tree_of_thoughts import TreeOfThoughts
from playground.strategies.with_tools.function_calling import FunctionCalling
from playground.strategies.with_tools.react import ReAct
from playground.strategies.with_tools.retrieval import Retrieval
from playground.strategies.zero_shot import ZeroShot
from playground.types import Setup

STRATEGIES: dict[str, type[Strategy]] = {
    strategy.name: strategy
    for strategy in (
        ZeroShot,
        FewShot,
        ChainOfThought,
        PlanAndSolve,
        Rereading,
        SelfConsistency,
        LeastToMost,
        GeneratedKnowledge,
        TreeOfThoughts,
        Role,
        Contextual,
        Instruction,
        Delimiters,
        Negative,
        Perspectives,
        SelfRefine,
        SkeletonOfThought,
        Chaining,
        Conversation,
        Retrieval,
        Panel,
        ReAct,
        FunctionCalling,
    )
}


def technique_of(setup: Setup) -> Strategy:
    """The technique that a checked setup names, with its options."""
    return STRATEGIES[setup.strategy](**setup.options)


__all__ = ["STRATEGIES", "Ask", "Calls", "Event", "Procedure", "Running", "Strategy", "TechniqueCard", "technique_of"]

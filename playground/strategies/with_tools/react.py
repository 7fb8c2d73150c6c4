"""ReAct: thoughts, actions and what comes of them, in turns (Yao et al. 2022, arXiv 2210.03629).

As in the paper's own program, the reply ends where an observation would begin, a reply without an action is asked for
the action alone, once, and the run ends with Finish or with its last round. What a tool says is a step of the run.
"""

from dataclasses import dataclass

from playground.formats import format_count
from playground.parameters import number
from playground.strategies.answers import read_answer
from playground.strategies.base import Answer, Ask, Running, Strategy, TechniqueCard, system_message, user_message
from playground.strategies.parts.actions import first_line, read_action, read_call
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.replies import explain_missing_answer, is_only_reasoning, spoken_text
from playground.task import SEARCH
from playground.types import Completion, Message, Task

FINISH = "finish"
ACTIONS = {  # tools by the names that the model uses, and what it is told of them
    "calculator": "Calculator[3 * (4 + 5)] works out one line of arithmetic.",
    "clock": "Clock[] tells the date and the time.",
    SEARCH: "Search[opening hours] finds passages about that in the documents.",
    FINISH: "Finish[answer] gives the answer and ends.",
}
INSTRUCTIONS = """\
Answer the question in rounds of Thought, Action and Observation. A thought says what is known and what to do next. \
An action is one of these:
{actions}
The observation is what the action gave. Use the calculator for all arithmetic.

Question: A box holds 24 pencils, and a pencil costs 0.35 dollars. How many dollars do 3 boxes cost?
Thought 1: I need to calculate 3 * 24 * 0.35.
Action 1: Calculator[3 * 24 * 0.35]
Observation 1: 25.2
Thought 2: The answer is 25.2.
Action 2: Finish[25.2]

Question: Which month is it?
Thought 1: I need to know the date.
Action 1: Clock[]
Observation 1: Tuesday, 4 June 2024, 11:20 UTC
Thought 2: The answer is June.
Action 2: Finish[June]

Question: Mia has 19 stamps and gives away 4. How many are left?
Thought 1: I need to calculate 19 - 4.
Action 1: Calculator[19 - 4]
Observation 1: 15
Thought 2: The answer is 15.
Action 2: Finish[15]
{search}
Question: {input}"""
SEARCHED = """
Question: When does the museum close?
Thought 1: I need to search for the museum's hours.
Action 1: Search[museum closes]
Observation 1: [1] Town: The museum opens at ten and closes at five.
Thought 2: The answer is five.
Action 2: Finish[five]
"""
STOP = ("\nObservation", "\nQuestion")  # so that no observation is the model's own
FORM = "Its form is Calculator[3 * 4], Clock[] or Finish[answer]."


@dataclass(frozen=True, kw_only=True)
class ReAct(Strategy):
    name = "react"
    title = "ReAct (tools)"
    task_fields = ("role", "collection", "input", "answer", "labels")
    reasons = True
    card = TechniqueCard(
        summary="The model thinks, uses a calculator or a clock, reads what came of it, and thinks on.",
        helps="Arithmetic that a model gets wrong in its head, and what it cannot know, such as today's date. "
        "Every observation can be rewritten, and the run goes on from there.",
        fails="Behind chain of thought on HotpotQA in the paper itself: one useless observation leads astray, and the "
        "format leaves less room to reason. Small models lose the format or repeat an action.",
        cost="1 call per round, or 2 where the first gives no action. Using a tool is no call.",
        citation="Yao et al. 2022, ReAct: Synergizing Reasoning and Acting in Language Models",
        url="https://arxiv.org/abs/2210.03629",
        figure="Success rate against imitation and reinforcement learning: ALFWorld +34 points, WebShop +10.",
    )

    rounds: int = number(5, 1, 10, step=1, help="Thoughts at most; the paper takes 7 or 5.")

    def why_no_form(self, task: Task) -> str:
        return "is not possible with ReAct, whose answer stands inside an action; choose another technique."

    def calls(self, task: Task) -> Calls:
        return Calls(1, 2 * self.rounds)

    def run(self, task: Task, ask: Ask) -> Running:
        messages, record = prompt(task), ""  # the record is what was thought, done and seen so far
        seen: tuple[str, ...] = ()  # the steps that it is made of
        for turn in range(1, self.rounds + 1):
            thinking, begun = f"Thought {turn}", f"{record}Thought {turn}:"
            (reply,) = yield from ask(thinking, messages, prefill=begun, depends_on=seen, stop=STOP)
            seen += (thinking,)
            if is_only_reasoning(reply):
                return Answer(text="", how=f"{thinking}: {explain_missing_answer(reply, task.answer)}")
            thought, action = read_action(spoken_text(reply), is_whole=is_whole(reply))
            if action is None:
                acting, thought = f"Action {turn}", first_line(thought)
                begun_action = f"{begun} {thought}\n{acting}:"
                (reply,) = yield from ask(acting, messages, prefill=begun_action, depends_on=seen, stop=("\n",))
                seen += (acting,)
                action = read_call(spoken_text(reply), is_whole=is_whole(reply))
            if action is None:
                return Answer(text="", how=f"Round {turn} has no action, though it was asked for. {FORM}{cut(reply)}")
            if action.tool == FINISH:
                return read_finish(action.argument, turn, task)
            looking = f"Observation {turn}"
            observation = yield from ask.use(looking, action.tool, action.argument, depends_on=seen)
            seen += (looking,)
            done = f"Action {turn}: {action.name}[{action.argument}]"
            record = f"{begun} {thought}\n{done}\n{looking}: {observation.text}\n"
        return Answer(
            text="", how=f"No Finish in {format_count(self.rounds, 'round')}, which is the most it was given."
        )


def prompt(task: Task) -> tuple[Message, ...]:
    """What every request says; the rounds so far are the beginning of the assistant's turn."""
    offered = [said for name, said in ACTIONS.items() if name != SEARCH or task.collection]
    search = SEARCHED if task.collection else ""
    question = INSTRUCTIONS.format(actions="\n".join(offered), search=search, input=task.input)
    return (*system_message(task.role), user_message(question))


def read_finish(argument: str, turn: int, task: Task) -> Answer:
    """The answer that Finish was given."""
    stated = argument if task.answer == "text" else f"The answer is {argument}"  # so that 3 * 4 is no 3
    reading = read_answer(stated, task.answer, task.labels)
    if reading:
        return Answer(text=reading.text, how=f"Finish, in round {turn}.")
    kind, how = task.answer.replace("_", "/"), f"Finish, in round {turn}, was given no answer."
    if task.answer != "text":
        how = f"Finish, in round {turn}, was given no answer of the type {kind}."
    return Answer(text=argument, how=how)


def is_whole(reply: Completion) -> bool:
    return reply.finish_reason != "length"


def cut(reply: Completion) -> str:
    return "" if is_whole(reply) else " The reply was cut off at the token limit; raise max tokens."

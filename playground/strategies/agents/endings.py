"""When a conversation of agents ends, and what of it is the answer."""

import re

from playground.strategies.agents.members import in_turn
from playground.strategies.agents.speaking import Utterance
from playground.strategies.answers import comparison_key, extract_answer
from playground.task import Task


def is_silence(said: tuple[Utterance, ...], task: Task) -> bool:
    """Whether as many messages in a row are empty as there are agents who speak in turn."""
    last = said[-len(in_turn(task)) :]
    return len(last) == len(in_turn(task)) and all(one.is_silent for one in last)


def has_phrase(one: Utterance, phrase: str) -> bool:
    """Whether a message says the phrase that ends the conversation, however it is cased."""
    return phrase != "" and phrase.casefold() in one.text.casefold()


def without_phrase(one: Utterance, phrase: str) -> str:
    """What a message says besides the phrase that ends the conversation; "" where that is no word."""
    if not phrase:
        return one.text
    rest = re.sub(re.escape(phrase), "", one.text, flags=re.IGNORECASE).strip()
    return rest if any(character.isalnum() for character in rest) else ""


def is_agreement(said: tuple[Utterance, ...], task: Task) -> bool:
    """Whether all who speak in turn have spoken, and their last messages have one answer. Of free text the words
    are compared. What a search found is no opinion."""
    names = [agent.name for agent in in_turn(task) if agent.writer != "search"]
    last = {one.sender: one.text for one in said if one.sender in names}
    if len(last) < max(2, len(names)):
        return False
    if task.answer == "text":
        answers = [" ".join(text.casefold().split()) for text in last.values()]
    else:
        read = [extract_answer(text, task.answer, task.labels, last=True) for text in last.values()]
        answers = [comparison_key(answer) if answer else "" for answer in read]
    return bool(answers[0]) and all(answer == answers[0] for answer in answers)


def final_message(said: tuple[Utterance, ...], phrase: str) -> Utterance | None:
    """The last message that says something besides the phrase that ends the conversation."""
    spoken = [one for one in said if not one.is_silent and without_phrase(one, phrase)]
    return spoken[-1] if spoken else None

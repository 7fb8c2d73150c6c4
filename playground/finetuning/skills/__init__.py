"""The skills that adapters teach, in the order in which they are shown.

base.py         Type of a skill: training data, held-out prompts and measures of one adapter
extraction.py   Who orders what, how much of it and for when, as strict JSON with fixed keys
pirate.py       The voice of a pirate, whatever is asked; what is said stays the answer to the question
sentiment.py    Sentiment of a short review in exactly one word of three
"""

from playground.finetuning.skills.base import Skill
from playground.finetuning.skills.extraction import EXTRACTION
from playground.finetuning.skills.pirate import PIRATE
from playground.finetuning.skills.sentiment import SENTIMENT

SKILLS: dict[str, Skill] = {skill.name: skill for skill in (SENTIMENT, EXTRACTION, PIRATE)}

__all__ = ["SKILLS", "Skill"]

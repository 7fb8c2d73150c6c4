"""The skills that adapters teach, in the order in which they are shown."""

from playground.finetuning.skills.base import Skill
from playground.finetuning.skills.extraction import EXTRACTION
from playground.finetuning.skills.pirate import PIRATE
from playground.finetuning.skills.sentiment import SENTIMENT

SKILLS: dict[str, Skill] = {skill.name: skill for skill in (SENTIMENT, EXTRACTION, PIRATE)}

__all__ = ["SKILLS", "Skill"]

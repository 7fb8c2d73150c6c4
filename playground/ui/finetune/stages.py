"""How far something is, in the language that is spoken."""

from playground.ui.language.translating import translated


def stage_text(stage: str) -> str:
    """Before the last colon stands what is done, or for which training, and behind it how far that is."""
    doing, colon, far = stage.rpartition(": ")
    return said if (said := translated(stage)) != stage else f"{translated(doing)}{colon}{translated(far)}"

"""Reviews with their sentiment, written or composed, and how they are asked about."""

from random import Random

from playground.skill_data.reading import fill_pattern, read_words

LABELS = ("Positive", "Negative", "Neutral")

ASK = (
    "What is the sentiment of this review?\n\n{text}",
    "Is this review positive, negative or neutral?\n\n{text}",
    "Classify the sentiment of the review as Positive, Negative or Neutral.\n\nReview: {text}",
    "{text}\n\nSentiment:",
    "{text}",
    'How does the writer feel? "{text}"',
)
# Not among the wordings above, and plain about what is wanted, so that the base has its chance.
ASK_HELD_OUT = "Read the review and answer with one word, Positive, Negative or Neutral.\n\nReview: {text}"


def compose_reviews(random: Random, count: int) -> list[tuple[str, str]]:
    """`count` reviews of each label from the phrase lists, each with its label; no text twice."""
    lists = read_words("sentiment/phrases.yaml")
    shared = {
        "thing": lists["thing"],
        "person": lists["person"],
        "time": lists["time"],
        "good": lists["Positive"]["quality"],
        "bad": lists["Negative"]["quality"],
    }
    label_by_text: dict[str, str] = {}
    for label in LABELS:
        own = {**shared, "quality": lists[label]["quality"], "event": lists[label]["event"]}
        total = len(label_by_text) + count
        while len(label_by_text) < total:
            label_by_text.setdefault(fill_pattern(random.choice(lists[label]["patterns"]), own, random), label)
    return list(label_by_text.items())

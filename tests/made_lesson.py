"""A lesson that tests write, read and run over a scripted model."""

from pathlib import Path

HEAD = """title: Two ways to ask
minutes: 5
weights: abc
try:
  setups:
    Politely: {task: {input: "Please say yes."}, sampling: {temperature: 0}}
    Bluntly: {task: {input: "Say yes."}, sampling: {temperature: 0}}
predict: Which of them is obeyed?
choices: [Both, Only the polite one]
choice_holds:
  - {of: Bluntly, contains: "yes"}
  - {of: Bluntly, lacks: "yes"}
amount: How many words does the polite one get?
amount_of: {of: Politely, measure: words, low: 0, high: 20}
expect:
  - {of: Politely, contains: "yes"}
question: Does it help to be polite?
answers: ["Always", "Not here"]
right_answer: 2
why: Both were obeyed.
"""
OF_EXPERIMENT = """title: Two techniques
minutes: 5
weights: abc
try:
  experiment: {preset: ladder, columns: [Few-shot, Role], data: {size: 4}}
predict: Does a role help?
choices: [It does, It does not]
choice_holds:
  - {of: Role, at_least: 1}
  - {of: Role, at_most: 0}
amount: How many does it get right?
amount_of: {of: Role, measure: right, low: 0, high: 4}
expect:
  - {of: Few-shot, measure: tokens, at_least: 1}
question: Does a role help?
answers: ["Always", "Not here"]
right_answer: 2
why: It adds no knowledge.
"""
BODY = """Say it with words.

## What to take away

Words matter.

## For the teacher

Five minutes.
"""
GERMAN = """title: Zwei Bitten
predict: Welcher Bitte folgt das Modell?
choices: ["Beiden", "Nur der höflichen"]
amount: Wie viele Wörter bekommt die höfliche?
question: Hilft Höflichkeit?
answers: ["Immer", "Hier nicht"]
why: Beiden wurde gefolgt.
"""


def written(folder: Path, name: str = "one", head: str = HEAD, body: str = BODY) -> Path:
    """The file of a lesson with this head and text."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.md"
    path.write_text(f"---\n{head}---\n{body}", "utf-8")
    return path

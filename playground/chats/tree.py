"""A conversation as a tree of turns: said, answered anew, edited, taken out, and gone on from anywhere."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from playground.errors import InvalidSetup, LimitReached
from playground.strategies.answers import without_reasoning
from playground.types import MAX_TEXT, MAX_TURNS, Completion, Turn

Speaker = Literal["user", "assistant"]
Feedback = Literal["", "up", "down"]
MOST_TURNS = 500  # of all branches together
MOST_CHARACTERS = 400_000  # of all turns together
MOST_TOKENS = 20_000  # whose probabilities are kept; those of the oldest answers go first


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurn:
    """One turn, by a number that no other turn of its chat ever had; `parent` is the number of the one before it.

    `cut`: it ended at the token limit or was stopped, and may go on. `reply` is what was measured of an answer,
    `summary` what was sent for it in place of turns that were left out, and `feedback` a person's thumb up or down.
    """

    id: int
    parent: int | None
    role: Speaker
    text: str
    edited: bool = False
    cut: bool = False
    reply: Completion | None = None
    summary: str = ""
    feedback: Feedback = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """All turns, each after the one before it, and the one at which the branch that is shown ends; None at none.

    `made` is how many there ever were. Raises LimitReached for more than a chat may hold.
    """

    turns: tuple[ChatTurn, ...] = ()
    at: int | None = None
    made: int = 0

    def turn(self, id: int) -> ChatTurn:
        """Raises InvalidSetup for one that is not there."""
        found = next((turn for turn in self.turns if turn.id == id), None)
        if found is None:
            raise InvalidSetup("That turn is not there any more; look at the chat as it is now.")
        return found

    def path(self, to: int | None) -> tuple[ChatTurn, ...]:
        """The turns from the first to that one."""
        by_id = {turn.id: turn for turn in self.turns}
        found = []
        while to is not None:
            found.append(by_id[to])
            to = by_id[to].parent
        return tuple(reversed(found))

    @property
    def branch(self) -> tuple[ChatTurn, ...]:
        """The turns that are shown."""
        return self.path(self.at)

    def after(self, parent: int | None) -> tuple[ChatTurn, ...]:
        """The turns that come next there, each the beginning of a branch; the oldest first."""
        return tuple(turn for turn in self.turns if turn.parent == parent)

    def add(self, parent: int | None, role: Speaker, text: str, *, reply: Completion | None = None) -> "Chat":
        """With one turn more after that one, which is then the last that is shown."""
        if parent is not None:
            self.turn(parent)
        cut = reply is not None and reply.finish_reason in ("length", "cancelled")
        new = ChatTurn(id=self.made, parent=parent, role=role, text=text, cut=cut, reply=reply)
        return checked(replace(self, turns=(*self.turns, new), at=new.id, made=self.made + 1))

    def replace_turn(self, new: ChatTurn) -> "Chat":
        """With this turn in place of the one of its number."""
        return checked(replace(self, turns=tuple(new if turn.id == new.id else turn for turn in self.turns)))

    def edit(self, id: int, text: str) -> "Chat":
        """With another text of a turn, and what follows it in the branch that is shown: a branch of its own. The turn
        as it was stays, with all that came after it."""
        here = [turn.id for turn in self.branch]
        self.turn(id)
        follow = self.branch[here.index(id) + 1 :] if id in here else ()
        old, chat = self.turn(id), self
        chat = chat.add(old.parent, old.role, text)
        chat = chat.replace_turn(replace(chat.turns[-1], edited=True))
        for turn in follow:
            chat = chat.add(chat.at, turn.role, turn.text)
            chat = chat.replace_turn(replace(turn, id=chat.turns[-1].id, parent=chat.turns[-1].parent))
        return chat

    def rate(self, id: int, feedback: Feedback) -> "Chat":
        """With a thumb at an answer, or without it."""
        turn = self.turn(id)
        if turn.role != "assistant":
            raise InvalidSetup("Only an answer can be given a thumb; that turn is yours.")
        return self.replace_turn(replace(turn, feedback=feedback))

    def take_out(self, id: int) -> "Chat":
        """Without that turn: what followed it follows the one before."""
        gone = self.turn(id)
        left = (turn for turn in self.turns if turn.id != id)
        moved = tuple(replace(turn, parent=gone.parent) if turn.parent == id else turn for turn in left)
        return replace(self, turns=moved, at=gone.parent if self.at == id else self.at)

    def show(self, id: int) -> "Chat":
        """With the branch shown that has this turn: the one in which something was said last."""
        self.turn(id)
        below = {id}
        for turn in self.turns:
            if turn.parent in below:
                below.add(turn.id)
        return replace(self, at=max(below))

    def go_back(self, id: int) -> "Chat":
        """With the branch shown only up to this turn: what is said next begins another one."""
        return replace(self, at=self.turn(id).id)

    def last_question(self) -> tuple[ChatTurn, ...]:
        """The branch that is shown up to the last turn of the user's."""
        branch = self.branch
        while branch and branch[-1].role != "user":
            branch = branch[:-1]
        return branch

    def without_measures(self) -> "Chat":
        """With what was said, and without what was measured of it, which anybody could claim."""
        return replace(self, turns=tuple(replace(turn, reply=None, summary="") for turn in self.turns))

    def without_old_tokens(self) -> "Chat":
        """With the tokens of the newest answers only, as many as are kept."""
        left, turns = MOST_TOKENS, []
        for turn in reversed(self.turns):
            if turn.reply and turn.reply.tokens:
                left -= len(turn.reply.tokens)
                if left < 0:
                    turn = replace(turn, reply=replace(turn.reply, tokens=()))
            turns.append(turn)
        return replace(self, turns=tuple(reversed(turns)))


def as_turns(turns: Iterable[ChatTurn]) -> tuple[Turn, ...]:
    """As a conversation sends them: without what a model only thought, as long as it said something."""
    return tuple(Turn(role=turn.role, text=_spoken(turn)) for turn in turns)


def chat_of(turns: Iterable[Turn]) -> Chat:
    """A chat of one branch."""
    chat = Chat()
    for turn in turns:
        chat = chat.add(chat.at, turn.role, turn.text)
    return chat


def checked(chat: Chat) -> Chat:
    """The same chat. Raises LimitReached for more than one may hold."""
    if len(chat.turns) > MOST_TURNS:
        raise LimitReached(f"A chat has at most {MOST_TURNS} turns in all its branches; delete some, or begin another.")
    if _longest_branch(chat.turns) > MAX_TURNS:
        raise LimitReached(f"A branch has at most {MAX_TURNS} turns; go on from an earlier one, or begin another chat.")
    if (longest := max((len(turn.text) for turn in chat.turns), default=0)) > MAX_TEXT:
        raise LimitReached(f"A turn has at most {MAX_TEXT:,} characters; this one has {longest:,}.")
    if (total := sum(len(turn.text) + len(turn.summary) for turn in chat.turns)) > MOST_CHARACTERS:
        raise LimitReached(
            f"All turns of a chat have at most {MOST_CHARACTERS:,} characters together; these would have {total:,}."
        )
    return chat


def _spoken(turn: ChatTurn) -> str:
    if turn.role == "user":
        return turn.text
    return without_reasoning(turn.text).strip() or turn.text


def _longest_branch(turns: Iterable[ChatTurn]) -> int:
    lengths: dict[int | None, int] = {None: 0}
    for turn in turns:
        lengths[turn.id] = lengths[turn.parent] + 1
    return max(lengths.values())

"""The techniques, in the order in which they are shown."""

from playground.strategies.base import Ask, Card, Event, Running, Strategy
from playground.strategies.chain_of_thought import ChainOfThought
from playground.strategies.chaining import Chaining
from playground.strategies.few_shot import FewShot
from playground.strategies.role import Role
from playground.strategies.self_consistency import SelfConsistency
from playground.strategies.zero_shot import ZeroShot

STRATEGIES: dict[str, type[Strategy]] = {
    strategy.name: strategy for strategy in (ZeroShot, FewShot, ChainOfThought, SelfConsistency, Role, Chaining)
}

__all__ = ["STRATEGIES", "Ask", "Card", "Event", "Running", "Strategy"]

"""A generator whose return value can be had after its items."""

from collections.abc import Generator, Iterator
from typing import Any, Generic, Self, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")


class Returning(Iterator[Item], Generic[Item, Value]):
    """The items of a generator, and then, as `value`, what it returned. Leaving its `with` block closes the generator.

    Items can be taken one by one: `next(work, None)`, and `work.ended` tells whether that was the end.
    """

    def __init__(self, generator: Generator[Item, Any, Value]) -> None:
        self._generator = generator
        self._values: list[Value] = []

    def __next__(self) -> Item:
        try:
            return next(self._generator)
        except StopIteration as end:
            if not self.ended:  # a generator that is asked after its end returns None
                self._values.append(end.value)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def ended(self) -> bool:
        """Whether the generator has returned."""
        return bool(self._values)

    @property
    def value(self) -> Value:
        """What the generator returned. Raises RuntimeError before that."""
        if not self._values:
            raise RuntimeError("The generator has not returned yet.")
        return self._values[0]

    def close(self) -> None:
        """Close the generator: the work behind it ends."""
        self._generator.close()

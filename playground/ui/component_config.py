"""What Gradio tells a browser about each component, computed once and not once a session."""

from typing import Any

from gradio.blocks import Block, BlocksConfig


class DescribedOnce(BlocksConfig):  # type: ignore[misc]  # gradio is untyped
    """The configuration of a page whose components all stand, to be its `default_config`.

    Gradio describes every component anew four times while a page is made and served. It also describes a copy of them
    for every new session, each call of the API among them, and each again when it changes, to know what a deep link
    would show. There are none here, and what somebody typed, a key perhaps, is not to be kept for one.
    """

    def __init__(self, built: BlocksConfig) -> None:
        super().__init__(built.root_block)
        self.blocks, self.fns, self.fn_id, self.renderables = built.blocks, built.fns, built.fn_id, built.renderables
        self._known: dict[int, dict[str, Any]] = {}

    def __copy__(self) -> BlocksConfig:
        session = super().__copy__()
        session.config_for_block = _describe_nothing
        return session

    def config_for_block(self, _id: int, rendered_ids: list[int], block: Block, renderable: Any = None) -> Any:
        """What Gradio's own gives, from memory for a component of the page."""
        if renderable or self.blocks.get(_id) is not block:
            return super().config_for_block(_id, rendered_ids, block, renderable)
        if _id not in self._known:
            self._known[_id] = super().config_for_block(_id, rendered_ids, block)
        description = self._known[_id]
        return {**description, "props": dict(description["props"])}  # Gradio writes into them what a browser is sent


def _describe_nothing(*_: Any, **__: Any) -> dict[str, Any]:
    return {}

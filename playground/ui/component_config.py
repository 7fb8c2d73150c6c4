"""What Gradio tells a browser about each component, computed once and not once a session."""

from typing import Any

from gradio.blocks import Block, BlocksConfig


class DescribedOnce(BlocksConfig):  # type: ignore[misc]  # gradio is untyped
    """The configuration of a page whose components all stand, to be its `default_config`.

    Gradio describes every component anew four times while a page is made and served. It also copies this for every
    new session, each call of the API among them, and describes them all once more: 30 ms for a page of 450 components,
    in the thread that serves everybody. The page's own components do not change any more (a session that updates one
    gets its own), so one description serves all.
    """

    def __init__(self, built: BlocksConfig) -> None:
        super().__init__(built.root_block)
        self.blocks, self.fns, self.fn_id, self.renderables = built.blocks, built.fns, built.fn_id, built.renderables
        self._known: dict[int, dict[str, Any]] = {}

    def __copy__(self) -> BlocksConfig:
        session = super().__copy__()
        session.config_for_block = self.config_for_block
        return session

    def config_for_block(self, _id: int, rendered_ids: list[int], block: Block, renderable: Any = None) -> Any:
        """What Gradio's own gives, from memory for a component of the page."""
        if renderable or self.blocks.get(_id) is not block:
            return super().config_for_block(_id, rendered_ids, block, renderable)
        if _id not in self._known:
            self._known[_id] = super().config_for_block(_id, rendered_ids, block)
        description = self._known[_id]
        return {**description, "props": dict(description["props"])}  # a session writes its values into them

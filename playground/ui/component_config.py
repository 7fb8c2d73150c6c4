"""What Gradio tells a browser about each component, computed once and not once a session."""

from typing import Any

from gradio.blocks import Block, BlocksConfig


class DescribedOnce(BlocksConfig):  # type: ignore[misc]  # gradio is untyped
    """The configuration of a finished page, to be its `default_config`.

    Gradio copies it for every new session, each call of the API among them, and then describes every component
    anew: 30 ms for a page of 450 components, in the thread that serves everybody. The page's own components
    do not change after it is built (a session that updates one gets its own), so one description serves all.
    """

    def __init__(self, built: BlocksConfig) -> None:
        super().__init__(built.root_block)
        self.blocks, self.fns, self.fn_id, self.renderables = built.blocks, built.fns, built.fn_id, built.renderables
        self._known: dict[int, dict[str, Any]] = {}

    def __copy__(self) -> BlocksConfig:
        session = super().__copy__()
        session.config_for_block = self._describe
        return session

    def _describe(self, _id: int, rendered_ids: list[int], block: Block, renderable: Any = None) -> Any:
        if renderable or self.blocks.get(_id) is not block:
            return self.config_for_block(_id, rendered_ids, block, renderable)
        if _id not in self._known:
            self._known[_id] = self.config_for_block(_id, rendered_ids, block)
        description = self._known[_id]
        return {**description, "props": dict(description["props"])}  # a session writes its values into them

"""The one function that asks for a Space's shared GPU: a Space on ZeroGPU that has none does not start."""

from typing import Any

from playground.ui.api.endpoint import publish as publish_endpoint

SECONDS = 10  # of a visitor's quota at most; it takes less


def publish() -> None:
    """Add the endpoint to the Blocks being built. The `spaces` package is there on a Space, and nowhere else."""
    import spaces  # type: ignore[import-not-found, unused-ignore]

    @spaces.GPU(duration=SECONDS)  # type: ignore[untyped-decorator, unused-ignore]
    def gpu() -> dict[str, Any]:
        from playground.backends.local.lent_gpu import describe_gpu

        return describe_gpu()

    about = (
        "Which GPU this Space would lend to you, and its memory. It takes some seconds of your quota; "
        "the models here run on the processor and take none."
    )
    publish_endpoint(gpu, "gpu", about)

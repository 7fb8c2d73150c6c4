"""Where passages and a question lie, in two components."""

import numpy as np

from playground.retrieval.embedding import Vectors

MOST_FOR_DIRECTIONS = 2_000  # passages that decide which way is right and which up: more say the same


def flatten(vectors: Vectors, question: Vectors) -> tuple[Vectors, float]:
    """Each vector, the question's last, by its two principal components, and the share of all variance in these."""
    spread = vectors - vectors.mean(axis=0)
    some = spread[:: max(1, len(spread) // MOST_FOR_DIRECTIONS)]
    _, sizes, directions = np.linalg.svd(some, full_matrices=False)
    flat = np.concatenate([vectors, question[None]]) - vectors.mean(axis=0)
    total = float((sizes**2).sum())
    share = float((sizes[:2] ** 2).sum()) / total if total else 0.0
    return (flat @ directions[:2].T).astype(np.float32), share

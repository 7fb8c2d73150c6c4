"""Tokens a second and memory of one answer by llama.cpp: `larger_model_in_llama_cpp.py FILE PROMPT TOKENS THREADS`.

It runs in a Python that has llama-cpp-python and nothing of this app.
"""

import json
import resource
import sys
import time

from llama_cpp import Llama


def main(path: str, prompt: str, tokens: int, threads: int) -> dict[str, float]:
    model = Llama(path, n_ctx=2048, n_threads=threads, verbose=False)

    def tokens_a_second() -> float:
        messages, times = [{"role": "user", "content": prompt}], []
        for _ in model.create_chat_completion(messages, max_tokens=tokens, temperature=0, stream=True):
            times.append(time.perf_counter())
        return float((len(times) - 1) / (times[-1] - times[0]))

    tokens_a_second()
    return {
        "tokens/s": max(tokens_a_second() for _ in range(3)),
        "peak memory, GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))

"""The contract for programs: setups and experiments in plain dicts, models and endpoints by name.

endpoint.py      One endpoint of the API: what it answers is JSON, and what goes wrong is said to the program in plain
                 words
endpoints.py     The contract for programs, for endpoints: `/connect`, in plain dicts
experiments.py   The contract for programs, experiments: run one, or say what it would take
models.py        The contract for programs, models: load and unload them, attach adapters, compare what they answer
runs.py          The contract for programs: `/run`, `/export`, `/strategies` and `/models`, in plain dicts
zero_gpu.py      The one function that asks for a Space's shared GPU: a Space on ZeroGPU that has none does not start
"""

"""Rows that a model writes: answers to given prompts, or more rows like a few examples.

A person looks through them before anything is learned.

from_prompts.py   A model's answers to prompts, as rows to learn from: distillation from what a teacher says
from_seeds.py     More rows like a few examples, written by a model; repeats and copies of the examples are left out
writer.py         Asks a model of the catalog, be it on this machine or an endpoint, several things at once
"""

"""The parser that every command of this package begins with."""

import argparse


def parser_of(command: str, about: str | None) -> argparse.ArgumentParser:
    """`about` is the docstring of the command's module, which the help shows as it stands."""
    return argparse.ArgumentParser(
        prog=f"python -m playground.finetuning {command}".rstrip(),
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )

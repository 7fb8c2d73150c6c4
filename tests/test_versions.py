"""What is installed, what is locked and what is declared are the same versions."""

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DECLARED = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
LOCKS = ["app", "tests", "benchmarks"]


def locked(name: str) -> list[Requirement]:
    """The requirements of a lock file, without their hashes."""
    text = (ROOT / f"requirements/{name}.lock").read_text("utf-8")
    return [Requirement(line.removesuffix(" \\")) for line in text.splitlines() if re.match(r"[a-z0-9]", line)]


def test_every_direct_dependency_is_pinned_exactly_but_torch() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pinned = {r.name: r for r in (Requirement(line) for line in lines if line and not line.startswith("#"))}
    assert set(pinned) == {r.name.replace("_", "-") for r in DECLARED}
    assert {name for name, r in pinned.items() if not str(r.specifier).startswith("==")} == {"torch"}
    in_lock = {r.name: r for r in locked("app")}
    assert [name for name, r in pinned.items() if name != "torch" and r.specifier != in_lock[name].specifier] == []
    for declared in DECLARED:
        own = pinned[declared.name.replace("_", "-")]
        assert own.specifier == declared.specifier or all(
            declared.specifier.contains(pin.version, prereleases=True) for pin in own.specifier
        )


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_for_all_and_no_build_of_torch(name: str) -> None:
    text = (ROOT / f"requirements/{name}.lock").read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(blocks) == len(locked(name)) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert not [r.name for r in locked(name) if re.match("torch$|nvidia|triton", r.name)]
    assert "http" not in re.sub(r"(?m)^[\w.\[\]-]*http.*", "", text)  # no address of an index


@pytest.mark.parametrize(("narrow", "wide"), [("app", "tests"), ("tests", "benchmarks")])
def test_an_environment_grows_without_a_change_of_version(narrow: str, wide: str) -> None:
    wider = {(r.name, str(r.marker)): r for r in locked(wide)}
    assert [r.name for r in locked(narrow) if r.specifier != wider[r.name, str(r.marker)].specifier] == []


def test_what_is_installed_is_what_is_locked() -> None:
    wanted = {r.name: r.specifier for r in locked("tests") if r.marker is None or r.marker.evaluate()}
    assert {name: version(name) for name in wanted if not wanted[name].contains(version(name), prereleases=True)} == {}


@pytest.mark.parametrize(
    ("wanted", "card", "reached", "index"),
    [
        ("", False, True, "PyTorch's CPU index"),
        ("", False, False, "cannot be reached"),
        ("", True, True, "the package index;"),
        ("cuda", False, True, "the package index;"),
        ("cpu", True, True, "PyTorch's CPU index"),
    ],
)
def test_the_build_of_torch_is_chosen_and_said(
    wanted: str, card: bool, reached: bool, index: str, tmp_path: Path
) -> None:
    """With programs of other names in front: a card or none, a Python that reaches PyTorch's index or does not."""
    answer = f'case "$2" in *urlopen*) exit {0 if reached else 1};; esac; echo 2.13.0'
    programs = {
        "nvidia-smi": f"exit {0 if card else 1}",
        "uname": "echo Linux x86_64",
        "python": f'echo "$@" >> {tmp_path}/calls; {answer}',
    }
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["sh", "requirements/torch.sh", str(tmp_path / "python")],
        cwd=ROOT, env={"PATH": f"{tmp_path}:/usr/bin:/bin", "TORCH": wanted},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert index in done.stdout
    calls = (tmp_path / "calls").read_text()
    assert ("--index-url https://download.pytorch.org/whl/cpu torch>=2.8,<2.14" in calls) == (
        "CPU index;" in done.stdout
    )


def test_a_build_of_torch_that_is_none_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "requirements/torch.sh", "python"],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "TORCH": "rocm"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "must be cpu or cuda" in done.stderr

#!/bin/sh
# Renew all versions within the ranges of pyproject.toml: three lock files with hashes, and requirements.txt.
# The arguments are the uv to call, and options for it: --upgrade takes the newest of everything.
set -eu
uv=$1; shift
here=requirements
without_torch=$(mktemp); trap 'rm -f "$without_torch"' EXIT
echo 'torch; python_version < "3"' > "$without_torch"  # never: torch.sh chooses its build, so no hash could be given

resolve() { # output, further arguments
  out=$1; shift
  "$uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --no-annotate --no-header \
    --override "$without_torch" pyproject.toml --output-file "$out" "$@"
}

# The widest first, so that the narrower ones are parts of it and one environment can grow from the other.
resolve $here/benchmarks.lock --generate-hashes --group tests --group benchmarks "$@"
resolve $here/tests.lock --generate-hashes --constraint $here/benchmarks.lock --group tests
resolve $here/app.lock --generate-hashes --constraint $here/benchmarks.lock
direct=$(mktemp)
resolve "$direct" --no-deps --constraint $here/app.lock
{
  echo "# The exact versions that were tested; written by \`make upgrade\` from the ranges in pyproject.toml."
  echo "# What lies below them is in requirements/app.lock, from which \`make\` installs."
  grep -o '"torch[^"]*"' pyproject.toml | tr -d '"'
  cat "$direct"
} > requirements.txt
rm -f "$direct"

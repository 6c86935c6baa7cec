#!/bin/sh
# Renews requirements.lock in a scratch environment. The file names no index and no folder, so that it serves every machine.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The oldest Python that the project runs on decides: Debian 12's 3.11.2 where it is there.
python=/usr/bin/python3.11
[ -x $python ] || python=python3.11
$python -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet pip-tools
"$scratch/venv/bin/pip-compile" --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.lock pyproject.toml

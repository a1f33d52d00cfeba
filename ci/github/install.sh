#!/usr/bin/env bash
# Install ccpolicy from the action's own checkout, with pinned dependencies, beside the job's Python.
set -euo pipefail
python=$(command -v python3 || command -v python)
"$python" -m venv --clear "$CCPOLICY_PLACE"
pip=("$CCPOLICY_PLACE/bin/python" -m pip --disable-pip-version-check --no-input --quiet install)
cd "$CCPOLICY_ACTION"
"${pip[@]}" --only-binary :all: --require-hashes -r requirements/build.txt -r requirements/run.txt
"${pip[@]}" --no-build-isolation --no-deps .

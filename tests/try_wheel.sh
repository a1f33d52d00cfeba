#!/usr/bin/env bash
# Install a wheel in an environment of its own, and judge with it what it carries.
# Usage, from the checkout: tests/try_wheel.sh PYTHON WHEEL
set -euo pipefail

checkout=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$1" -m venv "$place/venv"
pip=("$place/venv/bin/python" -m pip --disable-pip-version-check --no-input --quiet)
"${pip[@]}" install --only-binary :all: --require-hashes -r requirements/run.txt
"${pip[@]}" install --no-deps "$2"
"${pip[@]}" check

cd "$place"
ccpolicy=$place/venv/bin/ccpolicy
"$ccpolicy" --version
"$ccpolicy" init centre
"$ccpolicy" lint centre
"$ccpolicy" check --quiet centre
"$ccpolicy" check --format json centre | cmp - "$checkout/reports/assessment.json"
"$ccpolicy" init --with-history past
"$ccpolicy" check --quiet --require-clean past
"$ccpolicy" init --pack fire --languages zh --ci gitlab fire
"$ccpolicy" lint fire
"$ccpolicy" test fire
"$ccpolicy" init --pack bare bare
"$ccpolicy" lint bare
"$ccpolicy" check bare

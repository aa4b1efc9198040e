#!/bin/bash
# Checks what needs no build: the Swift sources' format, the rules of the house (Lint/house.py), the scripts.
# Python 3 and shellcheck are installed with apt where they are missing, as root or through sudo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
speaker=lint
# shellcheck source=Lab/lib/say.sh
source Lab/lib/say.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${SWIFT:-swift}" format lint --strict --recursive \
    Sources Tests Fuzz Package.swift Guest/Package.swift Guest/Sources

command -v python3 >/dev/null || install_package python3 "Python 3, which Lint/house.py is written in,"
python3 -B Lint/house.py --self-test
python3 -B Lint/house.py

command -v shellcheck >/dev/null || install_package shellcheck "shellcheck, which checks the scripts,"
shellcheck --external-sources --check-sourced \
    Lab/setup.sh Lint/run.sh Lint/docs.sh Guest/build.sh Fuzz/run.sh .ci/run Lab/guest/init

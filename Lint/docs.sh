#!/bin/bash
# Builds the documentation of the library products with DocC. A warning is an error: a link that leads nowhere, a
# parameter that is described while another one is not. So is a public declaration without a comment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck disable=SC2034 # say.sh reads it
speaker=docs
# shellcheck source=Lab/lib/say.sh
source Lab/lib/say.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

products=(Virtio Balloon BalloonDevice BalloonDriver ConformanceChecks)
command -v python3 >/dev/null || install_package python3 "Python 3, which Lint/documented.py is written in,"
"${SWIFT:-swift}" package generate-documentation "${products[@]/#/--target=}" --warnings-as-errors >"$work/docs" 2>&1 || {
    cat "$work/docs" >&2
    die "the documentation has warnings"
}
python3 -B Lint/documented.py "${products[@]}"
say "ready in .build/plugins/Swift-DocC/outputs; one of them in a browser: swift package --disable-sandbox" \
    "preview-documentation --target Virtio"

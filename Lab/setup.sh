#!/bin/bash
# Sets the lab up under .cache/lab: QEMU, three guest kernels, and an initramfs for each.
#
# Repeatable. What is there is not fetched again; a second run does nothing. Every step writes to a temporary
# name and renames, so that a run that was interrupted leaves nothing half-done. The machine's own apt set-up
# is only read: what the lab needs comes through a private one, checked against Debian's own keys.
#
#   Lab/setup.sh                all that is missing
#   Lab/setup.sh --all-targets  QEMU for riscv64 and aarch64 too, for the bare-metal guest
#   Lab/setup.sh --where        prints the folder
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
lab=$root/.cache/lab
export LC_ALL=C
# shellcheck source=Lab/lib/say.sh
source "$here/lib/say.sh"
# shellcheck source=Lab/lib/tools.sh
source "$here/lib/tools.sh"
# shellcheck source=Lab/lib/apt.sh
source "$here/lib/apt.sh"
# shellcheck source=Lab/lib/qemu.sh
source "$here/lib/qemu.sh"
# shellcheck source=Lab/lib/guest.sh
source "$here/lib/guest.sh"

if [ "${1:-}" = --where ]; then
    echo "$lab"
    exit 0
fi
targets=
if [ "${1:-}" = --all-targets ]; then
    targets=all
    shift
fi
[ $# = 0 ] || die "unknown argument '$1': this takes none, --all-targets or --where"

[ "$(uname -sm)" = "Linux x86_64" ] || die "the lab runs on Linux x86_64, and this is $(uname -sm)"

# The stamp is a digest of everything that decides what the lab looks like.
digest=$(cat "$here/setup.sh" "$here"/lib/*.sh "$here"/guest/* | sha256sum | cut -d' ' -f1)
is_ready() {
    [ "$(cat "$lab/stamp" 2>/dev/null)" = "$digest" ] &&
        { [ -z "$targets" ] || [ "$(cat "$lab/stamp-targets" 2>/dev/null)" = "$digest" ]; }
}
if is_ready; then
    exit 0
fi

mkdir -p "$lab" 2>/dev/null || die "cannot create $lab: is this clone writable?"
exec 9>"$lab/lock"
flock 9
if is_ready; then # another run did it meanwhile
    exit 0
fi
work=$lab/work
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

need_tools
set_up_qemu
set_up_kernel 6.1 bookworm 6.1
set_up_kernel 6.12 trixie 6.12
set_up_kernel newest trixie-backports
set_up_busybox
set_up_program
set_up_disk
set_up_initramfs 6.1
set_up_initramfs 6.12
set_up_initramfs newest
if [ -n "$targets" ]; then
    set_up_targets
    echo "$digest" >"$work/stamp"
    mv "$work/stamp" "$lab/stamp-targets"
fi
rm -rf "$lab/apt"
echo "$digest" >"$work/stamp"
mv "$work/stamp" "$lab/stamp"
say "ready in .cache/lab"

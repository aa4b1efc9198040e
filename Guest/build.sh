#!/bin/bash
# Builds the bare-metal images with the Swift toolchain alone: .cache/guest/ARCH and ARCH-tester, stripped.
#
#   Guest/build.sh           all three architectures
#   Guest/build.sh ARCH...   x86_64, riscv64, aarch64
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(dirname "$here")/.cache/guest
swift=${SWIFT:-swift}

die() {
    echo "guest: $*" >&2
    exit 1
}

command -v "$swift" >/dev/null || die "no Swift toolchain on this machine (6.3 or newer, see README)"
strip=$(dirname "$(readlink -f "$(command -v "$swift")")")/llvm-objcopy
[ -x "$strip" ] || strip=$(command -v llvm-objcopy || command -v objcopy) || die "no objcopy beside swift or in the path"
mkdir -p "$out"
cd "$here"
[ $# -gt 0 ] || set -- x86_64 riscv64 aarch64
for arch; do
    case $arch in
        x86_64) triple=x86_64-unknown-none-elf ;;
        riscv64) triple=riscv64-none-none-eabi ;;
        aarch64) triple=aarch64-none-none-elf ;;
        *) die "no such architecture: $arch" ;;
    esac
    for product in Guest Tester; do
        log=$("$swift" build --triple "$triple" --toolset "toolsets/$arch.json" -c release --product $product 2>&1) ||
            die "cannot build $product for $arch:"$'\n'"$(grep -A 4 'error:' <<<"$log" | head -n 40)"
        case $product in
            Guest) image=$arch ;;
            Tester) image=$arch-tester ;;
        esac
        "$strip" --strip-all ".build/$triple/release/$product" "$out/$image.new"
        mv "$out/$image.new" "$out/$image"
    done
done

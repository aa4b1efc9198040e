#!/bin/bash
# Fuzzes all that reads a guest's or a VMM's bytes.
#   Fuzz/run.sh SECONDS [TARGET...]
# Inputs that were found are kept under .build/fuzz; a failing one is to be copied to Fuzz/corpus, where the ordinary
# tests replay it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || {
    echo "fuzz: seconds wanted, not $seconds" >&2
    exit 2
}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(messages functions rings packed)
swift=${SWIFT:-swift}
scratch=$PWD/.build/fuzz

"$swift" build -c release --scratch-path "$scratch" --product FuzzTargets --sanitize address -Xswiftc -sanitize=fuzzer
built=$("$swift" build -c release --scratch-path "$scratch" --show-bin-path)

# The C modules that the library was built with.
maps=("$scratch/checkouts/swift-system/Sources/CSystem/include/module.modulemap" "$built/CLinux.build/module.modulemap")
includes=()
for map in "${maps[@]}"; do includes+=(-Xcc "-fmodule-map-file=$map"); done

export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=handle_sigill=1:handle_sigbus=0:detect_leaks=1
status=0
for target in "${targets[@]}"; do
    [ -f "Fuzz/$target.swift" ] || {
        echo "fuzz: no target $target; there are: messages functions rings packed" >&2
        exit 2
    }
    program=$scratch/$target
    "${swift}c" -O -swift-version 6 -use-ld=lld -sanitize=fuzzer,address -parse-as-library -I "$built/Modules" \
        "${includes[@]}" "Fuzz/$target.swift" -L "$built" -lFuzzTargets -o "$program"
    mkdir -p "$scratch/found/$target" "$scratch/failed/$target"
    echo "fuzz: $target for $seconds s"
    "$program" -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$scratch/failed/$target/" "$scratch/found/$target" "Fuzz/corpus/$target" 2>&1 |
        grep -v ' # Uses: ' || status=1
done
exit $status

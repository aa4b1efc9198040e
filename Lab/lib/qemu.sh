# QEMU: the machine's own if it is new enough, else Debian's newest, unpacked beside its libraries.

qemu_minimum="10 1"

# True if QEMU $1 is new enough and knows the generic vhost-user device.
qemu_serves() {
    local version
    version=$("$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    [ -n "$version" ] || return 1
    # shellcheck disable=SC2086 # two words each
    awk -v a="$version" -v b="$qemu_minimum" 'BEGIN {
        split(a, x, " "); split(b, y, " "); exit !(x[1] > y[1] || (x[1] == y[1] && x[2] >= y[2])) }' || return 1
    [ -n "$(qemu_device "$1")" ]
}

# The name under which QEMU $1 knows the generic vhost-user device on PCI.
qemu_device() {
    "$1" -device help 2>/dev/null |
        sed -n 's/^name "\(vhost-user-test-device-pci\|vhost-user-device-pci\)".*/\1/p' | head -n 1
}

set_up_qemu() {
    local own staged=$work/qemu
    if [ -x "$lab/bin/qemu-system-x86_64" ] && qemu_serves "$lab/bin/qemu-system-x86_64"; then
        return 0
    fi
    mkdir -p "$lab/bin"
    own=$(command -v qemu-system-x86_64 || true)
    if [ -n "$own" ] && qemu_serves "$own"; then
        say "using this machine's own $("$own" --version | head -n 1)"
        printf '#!/bin/sh\nexec %q "$@"\n' "$own" >"$work/wrapper"
    else
        fetch_qemu "$staged" qemu-system-x86
        qemu_wrapper qemu x86_64 >"$work/wrapper"
        rm -rf "$lab/qemu"
        mv "$staged" "$lab/qemu"
    fi
    chmod +x "$work/wrapper"
    mv "$work/wrapper" "$lab/bin/qemu-system-x86_64"
    qemu_serves "$lab/bin/qemu-system-x86_64" ||
        die "$("$lab/bin/qemu-system-x86_64" --version 2>&1 | head -n 1): not QEMU 10.1 or newer with vhost-user-test-device-pci"
    qemu_device "$lab/bin/qemu-system-x86_64" >"$work/device"
    mv "$work/device" "$lab/vhost-user-device"
}

# qemu_wrapper FOLDER TARGET: a script that runs the unpacked QEMU for TARGET.
qemu_wrapper() {
    cat <<END
#!/bin/sh
# Debian's QEMU with its own libraries, loader and firmware, wherever this folder lies.
here=\$(cd "\$(dirname "\$0")/.." && pwd)/$1
export QEMU_MODULE_DIR="\$here/usr/lib/x86_64-linux-gnu/qemu"
exec "\$here/lib64/ld-linux-x86-64.so.2" \\
    --library-path "\$here/usr/lib/x86_64-linux-gnu" \\
    "\$here/usr/bin/qemu-system-$2" -L "\$here/usr/share/qemu" -L "\$here/usr/share/seabios" "\$@"
END
}

# QEMU for the bare-metal guest's other architectures, only where that is asked for.
set_up_targets() {
    local target
    if "$lab/bin/qemu-system-riscv64" --version >/dev/null 2>&1 &&
        "$lab/bin/qemu-system-aarch64" --version >/dev/null 2>&1; then
        return 0
    fi
    fetch_qemu "$work/targets" qemu-system-riscv qemu-system-arm
    rm -rf "$lab/qemu-targets"
    mv "$work/targets" "$lab/qemu-targets"
    for target in riscv64 aarch64; do
        qemu_wrapper qemu-targets "$target" >"$work/wrapper"
        chmod +x "$work/wrapper"
        mv "$work/wrapper" "$lab/bin/qemu-system-$target"
        "$lab/bin/qemu-system-$target" --version >/dev/null 2>&1 || die "qemu-system-$target does not start"
    done
}

# fetch_qemu FOLDER PACKAGE...: the packages and all that they depend on, unpacked.
fetch_qemu() {
    local folder=$1
    shift
    set_up_apt trixie trixie trixie-updates trixie-backports
    say "fetching QEMU and its libraries ($*)"
    run "cannot fetch QEMU from Debian's trixie-backports: is there a network?" \
        private_apt trixie apt-get install --download-only -t trixie-backports "$@"
    set -- "$folder"
    unpack trixie "$1"
    # Packages with files in /lib64 or /lib expect these to be links into /usr.
    [ -e "$1/lib64" ] || ln -s usr/lib64 "$1/lib64"
    rm -rf "${1:?}"/{usr/share/doc,usr/share/man,usr/share/locale,var,etc}
}

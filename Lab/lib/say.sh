# Progress and errors of the set-up, each one line.

say() { echo "lab: $*" >&2; }

die() {
    echo "lab: $*" >&2
    exit 1
}

# run MESSAGE COMMAND...: runs quietly; on failure says MESSAGE and, in brackets, the first error of the command.
run() {
    local message=$1
    shift
    if ! "$@" >"$work/log" 2>&1; then
        local said
        said=$(grep -m 1 -i '^e: \|error\|fail\|cannot\|no space' "$work/log" || tail -n 1 "$work/log")
        die "$message [$said]"
    fi
}

# as_root COMMAND...: as it is for root, through sudo for anyone else.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# install_package PACKAGE WHY: with the machine's own apt, only when something is really missing.
install_package() {
    local help="install it with: apt-get install $1"
    command -v apt-get >/dev/null || die "$2 is missing, and this machine has no apt-get to install $1"
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        die "$2 is missing and this is neither root nor allowed to sudo; $help"
    fi
    say "installing $1 ($2 is missing)"
    as_root apt-get update >/dev/null 2>&1 || true
    # shellcheck disable=SC2086 # several packages in one word
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $1 >"$work/log" 2>&1 ||
        die "cannot install $1; $help"
}

# The few tools that the steps below stand on.
need_tools() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
        die "this machine has no apt-get and dpkg-deb; the lab takes QEMU and its kernels from Debian's packages"
    [ -r "$keyring" ] || install_package debian-archive-keyring "Debian's keyring"
    compiler_works || install_package "gcc libc6-dev" "a C compiler with a static libc"
    compiler_works || die "no C compiler links a static program; try: apt-get install gcc libc6-dev"
}

compiler_works() {
    local candidate
    for candidate in ${CC:-} cc gcc clang; do
        if command -v "$candidate" >/dev/null &&
            echo 'int main(void) { return 0; }' |
            "$candidate" -x c -static -pthread -o "$work/try" - 2>/dev/null && "$work/try"; then
            compiler=$candidate
            return 0
        fi
    done
    return 1
}

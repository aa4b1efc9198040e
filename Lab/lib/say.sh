# Progress and errors, each one line; and what is missing, installed. Lint/run.sh speaks through it too.

say() { echo "${speaker:-lab}: $*" >&2; }

die() {
    say "$*"
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

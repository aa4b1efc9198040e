# What the lab takes from the machine itself.

# The few tools that the steps below stand on.
need_tools() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        die "this machine has no apt-get and dpkg-deb; the lab takes QEMU and its kernels from Debian's packages"
    fi
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

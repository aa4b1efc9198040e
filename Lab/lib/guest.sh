# What runs in the guests: Debian's cloud kernels, busybox, and our own test program.

# Modules a guest may load; what a kernel has built in is skipped.
guest_modules="virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk virtio_balloon
 virtio_mem pciehp shpchp"

# set_up_kernel NAME SUITE [SERIES]: the kernel image and the few modules, from what SUITE's package of the newest cloud
# kernel depends on. Without SERIES it is whatever that is: backports keep only the newest one.
set_up_kernel() {
    local name=$1 suite=$2 series=${3:-} apt=${2%-backports} package parts version image module
    local staged=$work/kernel-$1 preference=()
    # What was taken for another list of modules is fetched again.
    [ "$(cat "$lab/kernel-$name/wanted" 2>/dev/null)" != "$guest_modules" ] || return 0
    if [ "$apt" = trixie ]; then
        set_up_apt trixie trixie trixie-updates trixie-backports
    else
        set_up_apt "$apt" "$apt" "$apt-updates"
    fi
    [ "$suite" = "$apt" ] || preference=(-o "APT::Default-Release=$suite")
    package=$(private_apt "$apt" apt-cache "${preference[@]}" depends --no-recommends --no-suggests \
        linux-image-cloud-amd64 | sed -n "s/^ *Depends: \(linux-image-${series:-[0-9]}[^ ]*\)$/\1/p" | head -n 1)
    [ -n "$package" ] || die "Debian's $suite has no cloud kernel${series:+ $series}"
    version=${package#linux-image-}
    # Newer ones come in parts, of the same version: the image's own package is then empty.
    parts=$(private_apt "$apt" apt-cache depends --no-recommends --no-suggests "$package" |
        awk -v v="-$version" '$1 == "Depends:" && substr($2, length($2) - length(v) + 1) == v { print $2 }')
    say "fetching $package"
    # shellcheck disable=SC2086 # several packages in one word
    run "cannot fetch $package: is there a network?" private_apt "$apt" apt-get download "$package" $parts
    unpack "$apt" "$work/image"
    mkdir -p "$staged/modules"
    image=$(find "$work/image" -name "vmlinuz-$version" -o -path "*modules/$version/vmlinuz" | head -n 1)
    [ -n "$image" ] || die "there is no kernel image in $package"
    mv "$image" "$staged/vmlinuz"
    for module in $guest_modules; do
        take_module "$module" "$(find "$work/image" -type d -path "*modules/$version" | head -n 1)" "$staged"
    done
    echo "$version" >"$staged/version"
    echo "$guest_modules" >"$staged/wanted"
    rm -rf "$work/image" "$lab/kernel-$name"
    mv "$staged" "$lab/kernel-$name"
}

# take_module NAME TREE STAGED: a module after those it depends on, in the order in which to load them.
take_module() {
    local file depends name
    [ ! -e "$3/modules/$1.ko" ] || return 0
    file=$(find "$2" -name "$1.ko*" -o -name "$(echo "$1" | tr _ -).ko*" | head -n 1)
    [ -n "$file" ] || return 0
    case $file in
        *.xz) xz -dc "$file" ;;
        *.zst) zstd -dc "$file" ;;
        *) cat "$file" ;;
    esac >"$work/module.ko" || die "cannot unpack the kernel module $1; try: apt-get install xz-utils zstd"
    mv "$work/module.ko" "$work/$1.ko"
    depends=$(tr '\0' '\n' <"$work/$1.ko" | sed -n 's/^depends=//p' | tr ',-' ' _')
    for name in $depends; do take_module "$name" "$2" "$3"; done
    mv "$work/$1.ko" "$3/modules/$1.ko"
    echo "$1" >>"$3/order"
}

set_up_busybox() {
    [ ! -x "$lab/bin/busybox" ] || return 0
    set_up_apt trixie trixie trixie-updates trixie-backports
    say "fetching busybox-static"
    run "cannot fetch busybox-static: is there a network?" private_apt trixie apt-get download busybox-static
    unpack trixie "$work/busybox"
    mv "$(find "$work/busybox" -name busybox -type f -perm -u+x | head -n 1)" "$lab/bin/busybox"
}

# The test program, also run on the host to make the disk.
set_up_program() {
    run "cannot compile Lab/guest" \
        "$compiler" -std=gnu11 -O2 -Wall -Wextra -Werror -static -pthread -o "$work/hog" "$here"/guest/*.c
    mv "$work/hog" "$lab/bin/hog"
}

# A disk of which every word tells its own place, so that a reader can check what it reads.
set_up_disk() {
    [ ! -e "$lab/disk.raw" ] || return 0
    run "cannot write the guests' disk (320 MiB): is the disk full?" "$lab/bin/hog" pattern 320 "$work/disk.raw"
    mv "$work/disk.raw" "$lab/disk.raw"
}

set_up_initramfs() {
    local name=$1 tree=$work/initramfs-$1
    mkdir -p "$tree"/{bin,dev,proc,sys,tmp,modules}
    cp "$lab/bin/busybox" "$lab/bin/hog" "$tree/bin/"
    cp "$here/guest/init" "$tree/init"
    chmod +x "$tree/init"
    cp "$lab/kernel-$name/modules/"*.ko "$tree/modules/"
    cp "$lab/kernel-$name/order" "$tree/modules/order"
    (cd "$tree" && find . | sort | "$lab/bin/busybox" cpio -o -H newc 2>/dev/null) >"$work/initramfs" ||
        die "cannot pack the initramfs: is the disk full?"
    mv "$work/initramfs" "$lab/kernel-$name/initramfs"
}

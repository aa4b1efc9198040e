# A private apt: its own sources, lists, status and cache; the machine's mirror, proxy and keyring.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The address from which this machine takes Debian's own packages.
debian_mirror() {
    local mirror
    # shellcheck disable=SC2016 # apt's own variables
    mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 == "Debian" { print $2; exit }')
    if [ -z "$mirror" ]; then # before the machine's first update nothing is labelled, and only this option lists it
        # shellcheck disable=SC2016
        mirror=$(apt-get indextargets --no-release-info --format '$(COMPONENT) $(REPO_URI)' 'Created-By: Packages' \
            2>/dev/null | awk '$1 == "main" && $2 ~ /debian\/?$/ { print $2; exit }')
    fi
    mirror=${AEROSTAT_MIRROR:-$mirror}
    [ -n "$mirror" ] || die "apt on this machine names no Debian mirror; set AEROSTAT_MIRROR to one"
    echo "$mirror"
}

# set_up_apt NAME SUITE...: makes the private apt NAME ready, once.
set_up_apt() {
    local name=$1 dir=$lab/apt/$1 mirror suite
    shift
    [ ! -e "$dir/ready" ] || return 0
    mirror=$(debian_mirror)
    rm -rf "$dir"
    mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/state"
    : >"$dir/status"
    for suite in "$@"; do
        echo "deb [arch=amd64 signed-by=$keyring] $mirror $suite main"
    done >"$dir/sources.list"
    {
        apt-config dump | grep -i '^Acquire::https\?::\(Proxy\|Verify\|CA\)' || true
        cat <<END
Dir::Etc::Main "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::Etc::SourceList "$dir/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$dir/state";
Dir::State::Lists "$dir/lists";
Dir::State::Status "$dir/status";
Dir::Cache "$dir";
Dir::Cache::Archives "$dir/archives";
Dir::Log "$dir";
APT::Architecture "amd64";
APT::Architectures "amd64";
APT::Sandbox::User "";
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
END
    } >"$dir/apt.conf"
    say "reading the package lists of $*"
    run "cannot read Debian's package lists: is there a network, or an apt proxy to be set?" \
        env APT_CONFIG="$dir/apt.conf" apt-get update
    touch "$dir/ready"
}

# private_apt NAME COMMAND...: apt-get or apt-cache within NAME's set-up.
private_apt() {
    local dir=$lab/apt/$1
    shift
    (cd "$dir/archives" && APT_CONFIG=$dir/apt.conf "$@")
}

# unpack NAME FOLDER: every package that NAME has fetched.
unpack() {
    local package
    mkdir -p "$2"
    for package in "$lab/apt/$1"/archives/*.deb; do
        run "cannot unpack $(basename "$package"): is the disk full?" dpkg-deb -x "$package" "$2"
    done
    rm -f "$lab/apt/$1"/archives/*.deb
}

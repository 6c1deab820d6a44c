#!/usr/bin/env bash
# Every check of the project, from a bare checkout: format, lints, both builds, all tests.
#
#     tests/run.sh
#
# The GPU tests need a Vulkan driver, the window's tests Xvfb too. Where one is missing, and this machine lets us (Linux
# with apt-get, as root or with passwordless sudo), it is installed; elsewhere a line says what to install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

began=$SECONDS

step() { # step TITLE COMMAND…
    local title=$1 start=$SECONDS
    shift
    printf '\n== %s ==\n' "$title"
    if ! "$@"; then
        printf '\nFAILED: %s (%d s): %s\n' "$title" $((SECONDS - start)) "$*" >&2
        exit 1
    fi
    printf -- '-- %s: %d s\n' "$title" $((SECONDS - start))
}

# The driver descriptions (ICDs) where the Vulkan loader looks for them; a file name for each line.
vulkan_icds() {
    local folder
    for folder in /usr/share/vulkan/icd.d /usr/local/share/vulkan/icd.d /etc/vulkan/icd.d \
        "${XDG_DATA_HOME:-$HOME/.local/share}/vulkan/icd.d"; do
        if [ -d "$folder" ]; then
            find "$folder" -maxdepth 1 -name '*.json'
        fi
    done
    printf '%s\n' "${VK_DRIVER_FILES:-${VK_ICD_FILENAMES:-}}" | tr ':' '\n' | sed '/^$/d'
}

has_vulkan() {
    [ -n "$(vulkan_icds)" ] && { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep 'libvulkan\.so\.1' >/dev/null
}

install() { # install PACKAGE…
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo -n)
    fi
    "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

vulkan_driver() {
    if [ "$(uname -s)" != Linux ]; then
        echo "not Linux: the system's own GPU interface (Metal, Direct3D 12) is used"
        return
    fi
    if ! has_vulkan && may_install; then
        echo "no Vulkan driver: installing mesa-vulkan-drivers and libvulkan1"
        install mesa-vulkan-drivers libvulkan1 || echo "the installation failed"
    fi
    if ! has_vulkan; then
        echo "No Vulkan driver is installed, so the GPU tests will fail. Install a driver and the loader, for example"
        echo "  Debian, Ubuntu:  apt-get install mesa-vulkan-drivers libvulkan1"
        echo "  Fedora:          dnf install mesa-vulkan-drivers vulkan-loader"
        echo "  Arch:            pacman -S vulkan-swrast vulkan-icd-loader"
        return
    fi
    # The choice among the drivers stays the loader's: a hardware driver that is here is used.
    local icd
    while read -r icd; do
        case $icd in
            */lvp_icd*) echo "software driver (lavapipe): $icd" ;;
            *) echo "driver: $icd" ;;
        esac
    done < <(vulkan_icds)
}

# winit opens the X11 libraries when it runs, so nothing else tells that they are missing.
virtual_display() {
    if [ "$(uname -s)" != Linux ]; then
        echo "not Linux: the window's tests are skipped"
        return
    fi
    local packages="xvfb libx11-6 libx11-xcb1 libxcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 libxrandr2"
    if ! command -v Xvfb >/dev/null && may_install; then
        echo "no Xvfb: installing it"
        # shellcheck disable=SC2086 # a list
        install $packages || echo "the installation failed"
    fi
    if ! command -v Xvfb >/dev/null; then
        echo "Xvfb is not installed, so the window's tests will fail. Install it (Debian, Ubuntu: $packages)"
        return
    fi
    command -v Xvfb
}

step "Vulkan driver" vulkan_driver
step "Virtual display" virtual_display
step "Format" cargo fmt --check
step "Lints" cargo clippy --locked --all-targets -- -D warnings
step "Build without the window" cargo build --locked --no-default-features
step "Lints without the window" cargo clippy --locked --no-default-features --all-targets -- -D warnings
step "Tests" cargo test --locked

printf '\nAll checks passed in %d s.\n' $((SECONDS - began))

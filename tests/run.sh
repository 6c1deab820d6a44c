#!/usr/bin/env bash
# Every check of the project, from a bare checkout: format, lints, both builds, all tests.
#
#     tests/run.sh
#
# Tests of movies need ffmpeg. The GPU tests need a Vulkan driver; those of the window need a virtual X display, a mouse for it (Xvfb, xdotool), the
# libraries by which programs reach X, and Mesa's software driver. Where one of these is missing, and this machine lets us
# (Linux with apt-get, as root or with passwordless sudo), it is installed; elsewhere a line says what to install.
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
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$@"
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

# What the tests of the window lack here, a name for each line.
missing_for_window() {
    local name
    for name in Xvfb xdotool; do
        command -v "$name" >/dev/null || echo "$name"
    done
    for name in libX11.so.6 libX11-xcb.so.1 libXcursor.so.1 libXi.so.6 libxkbcommon-x11.so.0; do
        { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep -F "$name" >/dev/null || echo "$name"
    done
    vulkan_icds | grep lvp_icd >/dev/null || echo "Mesa's software Vulkan driver"
}

window_tools() {
    if [ "$(uname -s)" != Linux ]; then
        echo "not Linux: there are no tests of the window"
        return
    fi
    local packages=(xvfb xdotool libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 mesa-vulkan-drivers)
    local missing
    missing=$(missing_for_window)
    if [ -n "$missing" ] && may_install; then
        echo "missing: ${missing//$'\n'/, }; installing ${packages[*]}"
        install "${packages[@]}" || echo "the installation failed"
        missing=$(missing_for_window)
    fi
    if [ -n "$missing" ]; then
        echo "The tests of the window will fail without: ${missing//$'\n'/, }. Install them, for example"
        echo "  Debian, Ubuntu:  apt-get install ${packages[*]}"
        echo "  Fedora:          dnf install xorg-x11-server-Xvfb xdotool libXcursor libXi libxkbcommon-x11 mesa-vulkan-drivers"
        echo "  Arch:            pacman -S xorg-server-xvfb xdotool libxcursor libxi libxkbcommon-x11 vulkan-swrast"
        return
    fi
    echo "Xvfb, xdotool, the libraries of X and the software driver are here"
}

video_tools() {
    if ! command -v ffmpeg >/dev/null && may_install; then
        echo "no ffmpeg: installing it"
        install ffmpeg || echo "the installation failed"
    fi
    if ! { command -v ffmpeg && command -v ffprobe; } >/dev/null; then
        echo "The tests of movies will fail without ffmpeg and ffprobe. Install them, for example"
        echo "  Debian, Ubuntu:  apt-get install ffmpeg"
        echo "  Fedora:          dnf install ffmpeg-free"
        echo "  Arch:            pacman -S ffmpeg"
        return
    fi
    ffmpeg -version | sed -n 1p
}

# Windows and macOS, seen from here: their code is checked, not linked and not run. Nothing is linked, so C code need not be
# compiled either, and a compiler that writes empty files will do.
other_systems() {
    local target folder name
    folder=$(mktemp -d)
    printf '%s\n' '#!/bin/sh' 'for word; do if [ "$last" = -o ]; then : >"$word"; fi; last=$word; done' >"$folder/cc"
    chmod +x "$folder/cc"
    for target in x86_64-pc-windows-gnu aarch64-apple-darwin; do
        if ! rustup target list --installed 2>/dev/null | grep -qx "$target" &&
            ! timeout 300 rustup target add "$target"; then
            echo "NOT CHECKED: $target, as its standard library is not installed and cannot be fetched"
            continue
        fi
        name=${target//-/_}
        env "CC_$name=$folder/cc" "AR_$name=true" cargo clippy --locked --target "$target" -- -D warnings || return 1
    done
    rm -r "$folder"
}

step "Vulkan driver" vulkan_driver
step "Tools for tests of movies" video_tools
step "Tools for the window's tests" window_tools
step "Format" cargo fmt --check
step "Lints" cargo clippy --locked --all-targets -- -D warnings
step "Build without the window" cargo build --locked --no-default-features
step "Lints without the window" cargo clippy --locked --no-default-features --all-targets -- -D warnings
step "Lints for other systems" other_systems
step "Tests" cargo test --locked

printf '\nAll checks passed in %d s.\n' $((SECONDS - began))

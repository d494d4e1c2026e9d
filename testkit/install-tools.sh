#!/usr/bin/env bash
# Installs what the tests need beside a JDK and Maven, on Debian and Ubuntu: QEMU 9 or later to compare with, a cross
# compiler for the guest programs, a disassembler for the translator's code, OpenSBI to boot. Does nothing where all is
# there. The Maven build runs it.
set -euo pipefail

readonly QEMU_MAJOR=9
readonly BACKPORTS_LIST=/etc/apt/sources.list.d/retrovisor-backports.list

# One package a line, with what shows that it is there: a command, or a file.
readonly TOOLS="
qemu-user                  qemu-riscv64
qemu-system-riscv          qemu-system-riscv64
gcc-riscv64-linux-gnu      riscv64-linux-gnu-gcc
libc6-dev-riscv64-cross    /usr/riscv64-linux-gnu/include/stdio.h
binutils-x86-64-linux-gnu  x86_64-linux-gnu-objdump
gdb-multiarch              gdb-multiarch
device-tree-compiler       dtc
opensbi                    /usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin
"

is_there() {
    case $1 in
        /*) [[ -e $1 ]] ;;
        qemu-*) command -v "$1" > /dev/null && (($(major "$("$1" --version | sed -n 's/.* version //p')") >= QEMU_MAJOR)) ;;
        *) command -v "$1" > /dev/null ;;
    esac
}

# The first number of a version, behind an epoch if there is one; 0 if it is none.
major() {
    [[ $1 =~ ^([0-9]+:)?([0-9]+)\. ]] && echo "${BASH_REMATCH[2]}" || echo 0
}

missing_packages() {
    local package evidence
    while read -r package evidence; do
        if [[ -n $package ]] && ! is_there "$evidence"; then
            echo "$package"
        fi
    done <<< "$TOOLS"
}

give_up() {
    {
        echo "The tests need packages that could not be installed: $1."
        echo "Install by hand: $(missing_packages | tr '\n' ' ')"
        echo "QEMU must be $QEMU_MAJOR.0 or later; on an older Debian it is in the release's backports."
    } >&2
    exit 1
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -n "$@"
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

candidate() {
    apt-cache policy "$1" | sed -n 's/^  Candidate: \([0-9].*\)/\1/p'
}

# Where this machine gets its main packages from, as a line for sources.list of the release's backports. Older versions
# of apt do not say by which key; then it is the distribution's own.
backports_line() {
    apt-get indextargets --format '$(REPO_URI)|$(CODENAME)|$(COMPONENT)|$(SIGNED_BY)' 'Created-By: Packages' |
        awk -F '|' -v codename="$1" '
            $2 == codename && $3 == "main" {
                key = $4 ~ /^\// ? $4 : "/usr/share/keyrings/debian-archive-keyring.gpg"
                print "deb [signed-by=" key "] " $1 " " codename "-backports main"
                exit
            }'
}

# Sets qemu_options to what makes apt-get take QEMU from the backports, if the release's own is too old.
choose_qemu() {
    local codename line
    qemu_options=()
    if (($(major "$(candidate qemu-user)") >= QEMU_MAJOR)); then
        return
    fi
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    if ! apt-cache policy | grep -q "n=$codename-backports,"; then
        line=$(backports_line "$codename")
        [[ -n $line ]] || return 0
        # For this run only: the machine's own sources stay as they are.
        trap 'as_root rm -f "$BACKPORTS_LIST"' EXIT
        echo "$line" | as_root tee "$BACKPORTS_LIST" > /dev/null
        apt update || true
    fi
    qemu_options=(-t "$codename-backports")
}

# Older releases have all system emulators of small targets in one package.
system_package() {
    if apt-cache policy qemu-system-riscv | grep -q 'Candidate: [0-9]'; then
        echo qemu-system-riscv
    else
        echo qemu-system-misc
    fi
}

main() {
    local missing qemu=() others=() package
    missing=$(missing_packages)
    [[ -n $missing ]] || exit 0
    echo "Installing for the tests: ${missing//$'\n'/ }"
    command -v apt-get > /dev/null || give_up "there is no apt-get"
    ((EUID == 0)) || sudo -n true 2> /dev/null || give_up "neither root nor passwordless sudo"
    apt update || echo "apt-get update failed: going on with the lists that are there" >&2
    choose_qemu
    for package in $missing; do
        case $package in
            qemu-system-riscv) qemu+=("$(system_package)") ;;
            qemu-*) qemu+=("$package") ;;
            *) others+=("$package") ;;
        esac
    done
    if ((${#others[@]} > 0)); then
        apt install --no-install-recommends "${others[@]}" || give_up "apt-get install failed"
    fi
    if ((${#qemu[@]} > 0)); then
        apt install --no-install-recommends "${qemu_options[@]}" "${qemu[@]}" || give_up "apt-get install failed"
    fi
    [[ -z $(missing_packages) ]] || give_up "something is still missing or too old"
}

main

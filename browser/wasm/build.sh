#!/usr/bin/env bash
# Makes dist/monty.wasm.
#
#   build.sh          the release build, or what an earlier one left in the cache for the same sources and compiler
#   build.sh dev      a build to try things with, not cached: it compiles in a third of the time and runs slower
#   build.sh check    builds twice from nothing, in two places, and compares the bytes
#   build.sh lint     rustfmt and clippy
#   build.sh can      whether there is a compiler for it; else says what to install
set -euo pipefail
cd "$(dirname "$0")"

NEEDED=1.96
TARGET=wasm32-wasip1
PACKAGES=(rustc-web cargo-web rust-web-src wasi-libc lld-19)
LINTERS=(rust-web-clippy rustfmt-web)
LINK=(
    # The native worker has as much. The pages are only taken when they are used.
    "-zstack-size=$((16 << 20))"
    # A runaway without a limit of its own ends here.
    "--max-memory=$((1 << 30))"
)

new_enough() {
    [ "$(printf '%s\n' "$NEEDED" "$("$1" --version | cut -d' ' -f2)" | sort -V | head -n 1)" = "$NEEDED" ]
}

installed() {
    dpkg -L "$1" | grep -E "$2" | head -n 1
}

# Installs Debian's packages if that can be done; whether they are there.
have() {
    command -v dpkg >/dev/null || return 1
    if ! dpkg --status "$@" >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get -o DPkg::Lock::Timeout=300 update -qq
        apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null
    fi
    dpkg --status "$@" >/dev/null 2>&1
}

# Sets RUSTC, CARGO, FLAGS and STD: a Rust that has the target, or Debian's, which has the standard library's sources.
find_rust() {
    FLAGS=()
    STD=()
    if command -v rustc >/dev/null && new_enough rustc && [ -d "$(rustc --print sysroot)/lib/rustlib/$TARGET" ]; then
        RUSTC=$(rustc --print sysroot)/bin/rustc
        CARGO=$(rustc --print sysroot)/bin/cargo
    elif have "${PACKAGES[@]}" && new_enough "$(installed rustc-web '/bin/rustc$')"; then
        # It may stand behind a rustup that has no such target.
        RUSTC=$(installed rustc-web '/bin/rustc$')
        CARGO=$(installed cargo-web '/bin/cargo$')
        local libc
        libc=$(dirname "$(installed wasi-libc '/wasm32-wasi/crt1-reactor.o$')")
        FLAGS=(-Clink-self-contained=no "-L$libc" "-Clink-arg=$libc/crt1-reactor.o" -Clink-arg=--no-entry)
        STD=(-Zbuild-std=std,panic_abort)
        export RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_WASIP1_LINKER=wasm-ld-19
    else
        echo "Monty in WebAssembly needs Rust $NEEDED or newer with a target: rustup update stable && rustup target add $TARGET" >&2
        exit 1
    fi
}

# run_cargo COMMAND OPTION...
run_cargo() {
    local flags
    # The bytes must not say where they were made.
    flags=$(printf '%s\x1f' "${FLAGS[@]}" "${LINK[@]/#/-Clink-arg=}" \
        "--remap-path-prefix=$PWD=/monty-kernel-wasm" "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo")
    RUSTC=$RUSTC CARGO_ENCODED_RUSTFLAGS=${flags%$'\x1f'} "$CARGO" "$1" --quiet --locked --target "$TARGET" "${STD[@]}" "${@:2}"
}

# build PROFILE TARGET_DIR: the module's path is in BUILT.
build() {
    run_cargo build --profile "$1" --target-dir "$2"
    BUILT=$2/$TARGET/${1/#dev/debug}/monty.wasm
}

publish() {
    if cmp --quiet "$1" dist/monty.wasm; then return; fi
    mkdir -p dist
    cp "$1" dist/monty.wasm.new
    mv dist/monty.wasm.new dist/monty.wasm
}

# All that the bytes depend on.
inputs() {
    "$RUSTC" --version --verbose
    if [ ${#STD[@]} != 0 ]; then dpkg-query --show "${PACKAGES[@]}"; fi
    printf '%s\n' "${LINK[@]}"
    find Cargo.toml Cargo.lock src -type f | LC_ALL=C sort | xargs sha256sum
}

release() {
    local hash kept
    hash=$(inputs | sha256sum | cut -c 1-32)
    kept=${XDG_CACHE_HOME:-$HOME/.cache}/monty-kernel/wasm/$hash/monty.wasm
    if [ ! -e "$kept" ]; then
        build release target
        mkdir -p "$(dirname "$kept")"
        cp "$BUILT" "$kept.$$"
        mv "$kept.$$" "$kept"
    fi
    publish "$kept"
}

check() {
    local place
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    for place in first another/second; do
        mkdir -p "$scratch/$place"
        cp -r Cargo.toml Cargo.lock src "$scratch/$place"
        (cd "$scratch/$place" && build release "$scratch/$place/out" && mv "$BUILT" "$scratch/$(basename "$place").wasm")
    done
    cmp "$scratch/first.wasm" "$scratch/second.wasm"
    echo "Two builds from nothing gave the same $(stat -c %s "$scratch/first.wasm") bytes."
}

lint() {
    if [ ${#STD[@]} != 0 ]; then have "${LINTERS[@]}"; fi
    "$(dirname "$RUSTC")/rustfmt" --check --edition 2024 src/lib.rs
    PATH=$(dirname "$RUSTC"):$PATH run_cargo clippy --target-dir target -- -D warnings
}

find_rust
case ${1:-} in
    '') release ;;
    dev) build dev target && publish "$BUILT" ;;
    check) check ;;
    lint) lint ;;
    can) ;;
    *) sed -n 's/^#   //p' "$0" >&2 && exit 2 ;;
esac

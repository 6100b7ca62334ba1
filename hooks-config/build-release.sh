#!/usr/bin/env bash
# Builds the release binaries, statically linked where the platform allows it, and prints their folder on the last line.
# Without arguments everything that is installed; with arguments (for cargo build) what they name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v cargo >/dev/null 2>&1; then
  echo "build-release: cargo is not on the PATH; install Rust from https://rustup.rs and run this again" >&2
  exit 1
fi
# rustup looks for its toolchains below HOME. Where HOME is another than the one it was installed for (sudo, a service, a
# fresh account), they stand beside the cargo that the PATH names.
rust_home="$(dirname "$(dirname "$(dirname "$(command -v cargo)")")")"
if [ ! -e "${RUSTUP_HOME:-${HOME:-}/.rustup}" ] && [ -d "$rust_home/.rustup/toolchains" ]; then
  export RUSTUP_HOME="$rust_home/.rustup" CARGO_HOME="${CARGO_HOME:-$rust_home/.cargo}"
fi
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64)  target=x86_64-unknown-linux-gnu ;;
  Linux-aarch64) target=aarch64-unknown-linux-gnu ;;
  Darwin-arm64)  target=aarch64-apple-darwin ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  *) echo "build-release: no build for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
esac
# Static linking saves a third of a hook's start-up, fixed addresses another tenth: rule tables are full of pointers, and
# a program that may lie anywhere writes each of them anew before it begins. What moving it would guard against, memory errors,
# this code has no way to make (`unsafe_code` is forbidden). Without --target, cargo would apply the flags to procedural
# macros as well, and stop.
# For the same reason the table of addresses stays writable: to protect it the kernel maps one more piece of memory and splits it,
# and every Rust program reads all pieces in /proc/self/maps as it starts. That is 3 % of the time of an empty process.
# What is seldom run (errors, growing buffers) is split from what always is and put at the end of the code (the linker that comes with
# Rust on x86-64 keeps it apart): a quiet run touches a few pages of code less, a microsecond each.
# shellcheck disable=SC2206 # flags of the caller's, split at spaces as cargo does
flags=(${RUSTFLAGS:-})
case "$target" in
  *-linux-gnu) flags+=(-C target-feature=+crt-static -C relocation-model=static -C relro-level=off) ;;
esac
case "$target" in
  x86_64-*-linux-gnu) flags+=(-C llvm-args=-hot-cold-split=true -C link-arg=-Wl,-z,keep-text-section-prefix) ;;
esac
# The same bytes wherever it is built: no path of this machine goes into a binary.
flags+=("--remap-path-prefix=$PWD=/source" "--remap-path-prefix=${CARGO_HOME:-${HOME:-}/.cargo}=/cargo")
CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f'; printf '%s' "${flags[*]}")"
export CARGO_ENCODED_RUSTFLAGS
[ $# -gt 0 ] || set -- --workspace --exclude governance-tests --bins
cargo build --locked --release --target "$target" "$@" >&2
echo "$PWD/target/$target/release"

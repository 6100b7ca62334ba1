#!/usr/bin/env bash
# Makes what is published, below target/dist, and tries it: static binaries in an archive with completions and manual
# pages, sums, the installer script, the npm packages.
#
#   dist.sh            makes and tries it
#   dist.sh --verify   builds it a second time, in another folder, and compares every byte
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
cd "$root"

version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
# The commit's own time, so that the same source gives the same archive on any day.
epoch="$(git log -1 --format=%ct)"
out="${DIST_OUT:-$root/target/dist}"
hooks="$(sed -n 's/.*"hook": "\([^"]*\)".*/\1/p' hooks-config/probes.json | sort -u)"

sums() { # in the current folder, of what is named
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

make_archive() {
  local binaries triple stage
  binaries="$("$root/hooks-config/build-release.sh" | tail -n 1)"
  triple="$(basename "$(dirname "$binaries")")"
  name="claude-governance-$version-$triple"
  stage="$out/$name"
  rm -rf "$out"
  mkdir -p "$stage/bin" "$stage/completions" "$stage/man"
  for program in $hooks govern; do
    install -m 755 "$binaries/$program" "$stage/bin/$program"
  done
  # shellcheck disable=SC2086 # names of ours, one word each
  (cd "$stage/bin" && sums $hooks govern > SHA256SUMS)
  for shell in bash zsh fish; do
    "$stage/bin/govern" completions "$shell" > "$stage/completions/govern.$shell"
  done
  "$stage/bin/govern" man --out "$stage/man" --date "$(date -u -d "@$epoch" +%F 2>/dev/null || date -u -r "$epoch" +%F)"
  install -m 644 LICENSE LICENSE-APACHE LICENSE-MIT README.md SECURITY.md CHANGELOG.md "$stage/"
  tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -C "$out" -cf - "$name" |
    gzip -n -9 > "$out/$name.tar.gz"
}

make_installer() {
  local sum
  sum="$(cd "$out" && sums "$name.tar.gz" | cut -d' ' -f1)"
  sed -e "s/@VERSION@/$version/g" -e "s/@SUM_${name#claude-governance-"$version"-}@/$sum/" "$here/install.sh" > "$out/install.sh"
  chmod 755 "$out/install.sh"
}

make_npm() {
  local platform main
  case "${name#claude-governance-"$version"-}" in
    x86_64-unknown-linux-gnu)  platform=linux-x64 ;;
    aarch64-unknown-linux-gnu) platform=linux-arm64 ;;
    aarch64-apple-darwin)      platform=darwin-arm64 ;;
    x86_64-apple-darwin)       platform=darwin-x64 ;;
  esac
  main="$out/npm/claude-governance"
  mkdir -p "$main/bin" "$out/npm/$platform/bin"
  sed "s/@VERSION@/$version/g" "$here/npm/package.json" > "$main/package.json"
  install -m 755 "$here/npm/govern.js" "$main/bin/govern.js"
  install -m 644 README.md LICENSE LICENSE-APACHE LICENSE-MIT "$main/"
  sed -e "s/@VERSION@/$version/g" -e "s/@OS@/${platform%-*}/" -e "s/@CPU@/${platform#*-}/" \
    "$here/npm/platform.json" > "$out/npm/$platform/package.json"
  install -m 755 "$out/$name/bin/"* "$out/npm/$platform/bin/"
  install -m 644 LICENSE LICENSE-APACHE LICENSE-MIT "$out/npm/$platform/"
  (cd "$out" && npm pack --silent "./npm/claude-governance" "./npm/$platform" >/dev/null)
}

make_all() {
  make_archive
  make_installer
  make_npm
  (cd "$out" && sums ./*.tar.gz ./*.tgz install.sh > SHA256SUMS)
}

case "${1:-}" in
  "")
    make_all
    "$here/try.sh" "$out"
    echo "$out:"
    cat "$out/SHA256SUMS"
    ;;
  --verify)
    if [ -n "$(git status --porcelain)" ]; then
      echo "dist: --verify builds the last commit a second time; commit or stash what has changed first" >&2
      exit 2
    fi
    make_all
    other="$(mktemp -d)"
    trap 'rm -rf "$other"' EXIT
    git clone --quiet "$root" "$other/another-folder"
    env -u CARGO_TARGET_DIR DIST_OUT="$other/dist" "$other/another-folder/hooks-config/release/dist.sh" --quiet
    if ! diff "$out/SHA256SUMS" "$other/dist/SHA256SUMS"; then
      echo "dist: a second build of the same source gives other bytes" >&2
      exit 1
    fi
    echo "dist: two builds in two folders are the same, byte for byte"
    ;;
  --quiet) make_all ;;
  *) echo "usage: dist.sh [--verify]" >&2; exit 2 ;;
esac

#!/bin/sh
# Installs the Claude Code governance hooks, version @VERSION@, for this user:  sh install.sh [starter|standard|strict|regulated]
# It fetches one archive, checks it against the sum written here, and runs `govern install` from it. CLAUDE_GOVERNANCE_BASE
# names another place to fetch from (a mirror of the release, a file:// folder).
set -eu

version="@VERSION@"
base="${CLAUDE_GOVERNANCE_BASE:-https://github.com/claude-governance/claude-governance/releases/download/v$version}"

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64)  triple=x86_64-unknown-linux-gnu;  sum="@SUM_x86_64-unknown-linux-gnu@" ;;
  Linux-aarch64) triple=aarch64-unknown-linux-gnu; sum="@SUM_aarch64-unknown-linux-gnu@" ;;
  Darwin-arm64)  triple=aarch64-apple-darwin;      sum="@SUM_aarch64-apple-darwin@" ;;
  Darwin-x86_64) triple=x86_64-apple-darwin;       sum="@SUM_x86_64-apple-darwin@" ;;
  *) echo "install: no release for $(uname -s) on $(uname -m); build it with hooks-config/install-global-hooks.sh" >&2; exit 1 ;;
esac
case "$sum" in
  @*) echo "install: this release was made without $triple; build it with hooks-config/install-global-hooks.sh" >&2; exit 1 ;;
esac

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
archive="claude-governance-$version-$triple.tar.gz"
case "$base" in
  file://*) cp "${base#file://}/$archive" "$folder/$archive" ;;
  *)
    if command -v curl >/dev/null 2>&1; then
      curl --fail --silent --show-error --location --proto '=https' --output "$folder/$archive" "$base/$archive"
    else
      wget --quiet --https-only --output-document "$folder/$archive" "$base/$archive"
    fi
    ;;
esac

if command -v sha256sum >/dev/null 2>&1; then
  got="$(sha256sum "$folder/$archive")"
else
  got="$(shasum -a 256 "$folder/$archive")"
fi
if [ "${got%% *}" != "$sum" ]; then
  echo "install: $archive from $base is not the file of this release; nothing was installed" >&2
  exit 1
fi
tar -xzf "$folder/$archive" -C "$folder"
"$folder/claude-governance-$version-$triple/bin/govern" install "$@"

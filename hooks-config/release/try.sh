#!/usr/bin/env bash
# Tries what dist.sh made, as somebody who fetched it would, in temporary folders: the installer, a damaged archive, npm.
set -euo pipefail
out="$1"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
alone() { env -i HOME="$work/home" PATH="/usr/local/bin:/usr/bin:/bin" "$@"; }
mkdir -p "$work/home" "$work/damaged" "$work/npm"

alone CLAUDE_GOVERNANCE_BASE="file://$out" sh "$out/install.sh" standard > "$work/said"
alone "$work/home/.claude/hooks/govern" --version > "$work/version"
(cd "$work/home/.claude/hooks" && for hook in *; do [ -x "$hook" ] || exit 1; done)

cp "$out"/*.tar.gz "$work/damaged/"
printf 'x' >> "$(ls "$work"/damaged/*.tar.gz)"
if alone CLAUDE_GOVERNANCE_BASE="file://$work/damaged" sh "$out/install.sh" 2> "$work/refused"; then
  echo "try: a damaged archive was installed" >&2
  exit 1
fi
grep -q "not the file of this release" "$work/refused"

# Both packages from the files made here: the platform's is an optional dependency that is not published yet.
npm install --silent --no-audit --no-fund --prefix "$work/npm" "$out"/*.tgz >/dev/null
alone "$work/npm/node_modules/.bin/govern" --version | cmp - "$work/version"
code=0
alone "$work/npm/node_modules/.bin/govern" nosuchcommand 2>/dev/null || code=$?
[ "$code" = 2 ] || { echo "try: the npm wrapper answers $code for 2" >&2; exit 1; }
echo "tried: the installer, a damaged archive, the npm packages; $(cat "$work/version")"

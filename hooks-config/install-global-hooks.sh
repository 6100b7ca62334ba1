#!/usr/bin/env bash
# Builds the hooks, installs them for this user and proves that they answer.
#
#   install-global-hooks.sh [starter|standard|strict|regulated] [--dry-run]
#   install-global-hooks.sh --uninstall [--dry-run]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

if [ -z "${HOME:-}" ]; then
  echo "install-global-hooks: HOME is not set, so there is no place to install to" >&2
  exit 1
fi
binaries="$("$here/build-release.sh" | tail -n 1)"
exec "$binaries/govern" install --from "$binaries" "$@"

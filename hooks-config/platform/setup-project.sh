#!/usr/bin/env bash
# Brings the repository in the current folder under a tier, with this organisation's templates.
#
#   setup-project.sh [starter|standard|strict|regulated] [options of `govern init`]
set -euo pipefail
platform="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

govern="$(command -v govern || true)"
[ -n "$govern" ] || govern="${HOME:-}/.claude/hooks/govern"
if [ ! -x "$govern" ]; then
  echo "setup-project: govern is not installed; run scripts/install-global-hooks.sh of the governance tool first" >&2
  exit 1
fi
"$govern" platform check "$platform"
if [ $# -eq 0 ]; then set -- {tier}; fi
exec "$govern" init "$@" --from "$platform"

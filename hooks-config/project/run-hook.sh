#!/bin/sh
# Runs the governance hook NAME of this user for a project that asks for it:  run-hook.sh NAME < event.json
# Where managed settings or the user's own run it already, there is nothing to do. Where it is not installed, a guard
# refuses.
name=$1
hooks="$HOME/.claude/hooks"
machine=/usr/local/lib/claude-governance

for managed in /etc/claude-code "/Library/Application Support/ClaudeCode"; do
  if [ -x "$machine/$name" ] && grep -qsF "$machine/$name\"" "$managed/managed-settings.d/40-governance.json"; then
    exit 0
  fi
done

if [ -x "$hooks/$name" ]; then
  if [ -e "$HOME/.claude/governance/install.json" ] && grep -qF "$hooks/$name\"" "$HOME/.claude/settings.json" 2>/dev/null; then
    exit 0
  fi
  exec "$hooks/$name"
fi
if [ -x "$machine/$name" ]; then
  exec "$machine/$name"
fi

echo "governance: this project asks for the hook $name, and it is not installed for you; run hooks-config/install-global-hooks.sh of the governance repository" >&2
case $name in
  # A recorder never stops work: 2 on some events would.
  audit-logger | injection-detector | velocity-governor) exit 1 ;;
  *) exit 2 ;;
esac

#!/usr/bin/env node
// Runs the govern binary of this platform's package. Nothing is fetched and nothing runs when the package is installed.
"use strict";
const { spawnSync } = require("node:child_process");

const name = `claude-governance-${process.platform}-${process.arch}`;
let binary;
try {
  binary = require.resolve(`${name}/bin/govern`);
} catch {
  console.error(`govern: the package ${name} is not installed; there may be no release for this platform`);
  process.exit(3);
}
const result = spawnSync(binary, process.argv.slice(2), { stdio: "inherit" });
if (result.error) {
  console.error(`govern: ${binary}: ${result.error.message}`);
  process.exit(3);
}
process.exit(result.status ?? 3);

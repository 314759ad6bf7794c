import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { findTests } from "./find-tests.ts";

// npm test -- [PATH | PART-OF-A-PATH]... [--OPTION-OF-NODE]...
// Node 20's own --test takes no patterns, so the files are found here.

const root = fileURLToPath(new URL("../../", import.meta.url));
const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith("-"));
const wanted = given.filter((argument) => !argument.startsWith("-"));
const tests = findTests(root, wanted);

if (tests.length === 0) {
  console.error(`no test file matches ${wanted.join(" ")}`);
  process.exitCode = 2;
} else {
  const concurrency = `--test-concurrency=${availableParallelism()}`;
  const spec = "--test-reporter=spec";
  const runner = ["--import", "tsx", "--test", spec, concurrency, ...options, ...tests];
  const node = spawn(process.execPath, runner, { cwd: root, stdio: "inherit" });
  const [code] = await once(node, "exit");
  // No code: a signal ended it.
  process.exitCode = code ?? 1;
}

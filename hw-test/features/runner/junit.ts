import type { FeatureReport, Report, ScenarioReport } from "./report.ts";

/** JUnit's XML as CI systems read it: a suite for each feature, a case for each scenario. */
export function junitXml({ features, counts, seconds }: Report): string {
  const { passed, failed, skipped } = counts.scenarios;
  const total = { tests: passed + failed + skipped, failures: failed, skipped, time: seconds };
  const suites = features.map(suiteXml).join("");
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  return `${declaration}\n<testsuites${attributes(total)}>\n${suites}</testsuites>\n`;
}

function suiteXml({ title, path, seconds, scenarios, status }: FeatureReport): string {
  const having = (wanted: string) => scenarios.filter((scenario) => scenario.status === wanted);
  // A feature that was left out has no scenarios in the result: its case stands for all of them.
  const isEmpty = scenarios.length === 0;
  const cases = isEmpty
    ? caseXml({ title, line: 1, status, seconds, steps: [] }, path)
    : scenarios.map((scenario) => caseXml(scenario, path)).join("");
  const head = {
    name: title,
    file: path,
    tests: Math.max(1, scenarios.length),
    failures: having("failed").length,
    skipped: isEmpty ? 1 : having("skipped").length,
    time: seconds,
  };
  return `  <testsuite${attributes(head)}>\n${cases}  </testsuite>\n`;
}

function caseXml({ title, line, status, seconds, steps }: ScenarioReport, path: string): string {
  const head = `    <testcase${attributes({ name: title, classname: path, line, time: seconds })}`;
  if (status === "passed") return `${head}/>\n`;
  if (status === "skipped") return `${head}><skipped/></testcase>\n`;
  const failures = steps
    .filter((step) => step.status === "failed")
    .map((step) => {
      const message = `${step.keyword} ${step.title}: ${step.reason}`;
      const text = [`${path}:${step.line}`, ...step.log].join("\n");
      return `<failure${attributes({ message })}>${escapeXml(text)}</failure>`;
    });
  return `${head}>${failures.join("")}</testcase>\n`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** XML 1.0, 2.2: most control characters cannot be in a document at all. */
function escapeXml(text: string): string {
  return Array.from(text, (character) => {
    if (character < " " && !"\n\t\r".includes(character)) return "?";
    return entities[character] ?? character;
  }).join("");
}

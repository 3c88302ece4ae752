import type { Analysis, AnalyzedStatement } from "../analyze/analysis.js";
import type { RewrittenFile } from "../analyze/rewrite-subjects.js";
import { whyNotPassed } from "../analyze/why-not-passed.js";
import {
  criticalSides,
  describeCategories,
  describeDowntime,
  describeOrder,
  describeTrace,
  describeUpperEnd,
  describeWait,
  describeWindow,
  waitsToTell,
} from "./describe-risk.js";
import { describeStatement, listed, weakerLocksOf } from "./describe-statement.js";
import { formatCount } from "./durations.js";
import { lockName, strongLocks, whoWaits } from "./lock-words.js";
import { shortenSql } from "./wrap-text.js";

/** An analysis as a comment of a pull request: the verdict first, details folded. */
export function renderAnalysisMarkdown(analysis: Analysis, rewritten?: readonly RewrittenFile[]): readonly string[] {
  const { statements, risk, limit, environment, serverVersion } = analysis;
  const because = whyNotPassed(analysis);
  if (statements.length === 0) return ["### Migration analysis", "", "There is nothing to analyse."];
  const server = `PostgreSQL ${serverVersion}${environment === null ? "" : `, environment \`${environment}\``}`;
  const inTheWay = waitsToTell(risk);
  const categories = describeCategories(risk);
  const critical = criticalSides(risk);
  return [
    `### Migration analysis: ${because.length === 0 ? "✅ passed" : "❌ not passed"}, risk **${risk.level}**`,
    "",
    because.length === 0
      ? `${sentence(`${risk.level} is below the limit, ${limit}${describeUpperEnd(risk)}`)}`
      : sentence(because.join("; ")),
    ...(critical === "" ? [] : [`**But ${critical}**, which the score does not weigh.`]),
    `${formatCount(statements.length, "statement")}, ${server}.`,
    ...(analysis.trace === null ? [] : [`${describeTrace(analysis.trace, statements)}.`]),
    "",
    "| statement | locks | does |",
    "| --- | --- | --- |",
    ...statements.map(rowOf),
    "",
    `**Downtime** ${cell(describeDowntime(risk))}  `,
    `**Deploy** ${describeOrder(risk)}  `,
    ...(risk.window === null ? [] : [`**Window** ${describeWindow(risk)}  `]),
    ...(categories === "" ? [] : [`**Sides** ${categories}  `]),
    ...inTheWay.map((wait) => `**Waits** ${cell(describeWait(wait))}  `),
    ...section("What to do", risk.recommendations.flatMap(adviceLines)),
    ...section(
      "Not inspected",
      risk.notInspected.map((what) => `- ${cell(what)}`),
    ),
    ...folded(`Score ${risk.score.toFixed(2)}`, [
      "| factor | value × weight | |",
      "| --- | --- | --- |",
      ...risk.factors.map(
        ({ name, value, weight, contribution, description }) =>
          `| ${name.replaceAll("_", " ")} | ${value.toFixed(2)} × ${weight.toFixed(2)} = ${contribution.toFixed(2)} | ${cell(description)} |`,
      ),
    ]),
    ...folded(
      "Caveats of the times",
      risk.downtime.caveats.map((caveat) => `- ${cell(caveat)}`),
    ),
    ...folded("Assumptions", assumptionsOf(statements)),
    ...(rewritten ?? []).flatMap(rewrittenLines),
  ];
}

function rowOf(one: AnalyzedStatement): string {
  const { statement, effect } = one;
  const locks = [
    ...strongLocks([...effect.locks, ...effect.indexLocks]).map(
      ([mode, relations]) => `${lockName(mode)} on ${code(listed(relations, 3))}: ${whoWaits(mode)}`,
    ),
    ...weakerLocksOf(effect).map(cell),
  ];
  const does = describeStatement(one).filter(({ kind }) => kind !== "lock" && kind !== "assumption");
  const cells = [
    `\`${statement.at.file}:${statement.at.line}\`${statement.text === "" ? "" : `<br>${code(shortenSql(statement.text, 120))}`}`,
    locks.join("<br>") || "none that anybody notices",
    does.map(({ text }) => cell(text)).join("<br>") || "–",
  ];
  return `| ${cells.join(" | ")} |`;
}

function adviceLines({ level, text, sql }: Analysis["risk"]["recommendations"][number]): readonly string[] {
  return [
    `- **${level}** ${cell(text)}`,
    ...(sql === undefined
      ? []
      : ["", ...fenced(sql.map((one) => `${one};`).join("\n")).map((line) => `  ${line}`), ""]),
  ];
}

function assumptionsOf(statements: readonly AnalyzedStatement[]): readonly string[] {
  return statements.flatMap(({ statement, effect }) =>
    effect.assumptions.map((assumption) => `- \`${statement.at.file}:${statement.at.line}\`: ${cell(assumption)}`),
  );
}

function rewrittenLines({ file, sql, later, kept }: RewrittenFile): readonly string[] {
  return folded(`${file}, with the gentler way`, [
    ...kept.map(({ line, because }) => `- line ${line} stays: ${cell(because)}`),
    ...(kept.length === 0 ? [] : [""]),
    ...(sql === null ? [] : fenced(sql)),
    ...(later === null ? [] : ["", "A second migration, later:", "", ...fenced(later)]),
  ]);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `#### ${title}`, "", ...lines];
}

function folded(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `<details><summary>${title}</summary>`, "", ...lines, "", "</details>"];
}

/** A fence longer than any run of backticks inside. */
function fenced(sql: string): readonly string[] {
  const longest = Math.max(2, ...[...sql.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}sql`, ...sql.trimEnd().split("\n"), fence];
}

/** Code that may hold backticks and pipes: Markdown reads neither inside of HTML. */
function code(text: string): string {
  return `<code>${cell(text)}</code>`;
}

/** Text of others: nothing in it is markup. */
function cell(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_[\]|~@#]/g, (sign) => `&#${sign.codePointAt(0)};`)
    .replaceAll("\n", " ");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

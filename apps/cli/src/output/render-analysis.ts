import type { RiskLevel } from "@confiture/model";
import { usualCaveats } from "@confiture/risk";
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
import { describeStatement, type Remark } from "./describe-statement.js";
import { formatCount } from "./durations.js";
import type { Terminal } from "./terminal.js";
import { shortenSql, wrapText } from "./wrap-text.js";

export interface RenderAnalysisOptions {
  readonly terminal: Terminal;
  readonly rewritten?: readonly RewrittenFile[];
}

const columns = 80;
/** More advice than that nobody reads on a screen; all of it is in the document. */
const mostAdvice = 3;
const mostNotInspected = 3;

/** An analysis on one screen: what each statement does, what it may cost, what to do about it, and the verdict. */
export function renderAnalysis(analysis: Analysis, { terminal, rewritten }: RenderAnalysisOptions): readonly string[] {
  const { statements, environment, serverVersion, trace } = analysis;
  if (statements.length === 0) return ["There is nothing to analyse."];
  const server = `PostgreSQL ${serverVersion}${environment === null ? "" : `, environment ${environment}`}`;
  return [
    `${formatCount(statements.length, "statement")}, ${server}`,
    ...(trace === null ? [] : wrapText(describeTrace(trace, statements), columns)),
    "",
    ...renderStatements(statements, terminal),
    ...renderRisk(analysis, terminal),
    ...(rewritten ?? []).flatMap((file) => renderRewritten(file, terminal)),
    ...(rewritten?.length === 0 ? ["", "No statement has a gentler way."] : []),
    "",
    ...renderVerdict(analysis, terminal),
  ];
}

/** Statements with nothing to say of them are counted, unless all is to be seen. */
function renderStatements(statements: readonly AnalyzedStatement[], terminal: Terminal): readonly string[] {
  const lines: string[] = [];
  let harmless = 0;
  for (const one of statements) {
    const remarks = describeStatement(one);
    if (remarks.length === 0 && statements.length > 5 && !terminal.verbose) {
      harmless += 1;
      continue;
    }
    lines.push(...headOf(one, terminal), ...renderRemarks(remarks, terminal));
  }
  if (harmless > 0)
    lines.push(
      `${formatCount(harmless, "statement")} more ${harmless === 1 ? "keeps" : "keep"} nobody out (--verbose lists them)`,
    );
  return lines;
}

/** On the line of its place where there is room for all of it, else on one of its own. */
function headOf({ statement }: AnalyzedStatement, terminal: Terminal): readonly string[] {
  const place = `${statement.at.file}:${statement.at.line}`;
  const sql = shortenSql(statement.text, columns - 2);
  const paintedPlace = terminal.paint("cyan", place);
  const paintedSql = terminal.paint("bold", sql);
  if (sql === "") return [paintedPlace];
  if (place.length + 2 + sql.length <= columns) return [`${paintedPlace}  ${paintedSql}`];
  return [paintedPlace, `  ${paintedSql}`];
}

const marks = { lock: "⏸", work: "·", danger: "!", assumption: "?", safer: "→", trace: "=" } as const;
const colors = {
  lock: "yellow",
  work: "reset",
  danger: "red",
  assumption: "dim",
  safer: "green",
  trace: "cyan",
} as const;

function renderRemarks(remarks: readonly Remark[], terminal: Terminal): readonly string[] {
  const facts = remarks.filter(({ kind }) => kind !== "assumption");
  const assumed = remarks.filter(({ kind }) => kind === "assumption");
  const shown = terminal.verbose ? assumed : assumed.slice(0, 1);
  const more = assumed.length - shown.length;
  return [
    ...facts.flatMap(({ kind, text }) => marked(marks[kind], text).map((line) => terminal.paint(colors[kind], line))),
    ...shown
      .flatMap(({ text }) => marked(marks.assumption, `assumes ${text}${more === 0 ? "" : ` (and ${more} more)`}`))
      .map((line) => terminal.paint(colors.assumption, line)),
  ];
}

function marked(mark: string, text: string): readonly string[] {
  return wrapText(text, columns - 4).map((line, index) => `  ${index === 0 ? mark : " "} ${line}`);
}

const levelColors: Readonly<Record<RiskLevel, "green" | "yellow" | "red">> = {
  low: "green",
  medium: "yellow",
  high: "red",
  critical: "red",
};

function renderRisk({ risk }: Analysis, terminal: Terminal): readonly string[] {
  const level = terminal.paint(["bold", levelColors[risk.level]], risk.level.toUpperCase());
  const categories = describeCategories(risk);
  const critical = criticalSides(risk);
  const inTheWay = waitsToTell(risk);
  return [
    "",
    `Risk ${level}: score ${risk.score.toFixed(2)} is ${risk.levelByScore}, downtime is ${risk.levelByDowntime}`,
    ...(critical === "" ? [] : [terminal.paint(["bold", "red"], `But ${critical}`)]),
    ...risk.factors.map(
      ({ name, weight, contribution, description }) =>
        `  ${contribution.toFixed(2)} of ${weight.toFixed(2)}  ${name.replaceAll("_", " ").padEnd(16)}${terminal.paint("dim", description.slice(description.indexOf(": ") + 2))}`,
    ),
    ...labelled("Downtime", describeDowntime(risk)),
    ...renderCaveats(risk.downtime.caveats, terminal),
    ...(categories === "" ? [] : labelled("Sides", categories)),
    ...labelled("Deploy", describeOrder(risk)),
    ...(risk.window === null ? [] : labelled("Window", describeWindow(risk))),
    ...inTheWay.flatMap((wait) => labelled("Waits", describeWait(wait))),
    ...renderAdvice(risk.recommendations, terminal),
    ...renderNotInspected(risk.notInspected, terminal),
  ];
}

function labelled(label: string, text: string): readonly string[] {
  return wrapText(text, columns - 10).map((line, index) => `${(index === 0 ? label : "").padEnd(10)}${line}`);
}

/** Like assumptions: the first one of this work, and how many more there are; all of them when all is to be seen. */
function renderCaveats(caveats: readonly string[], terminal: Terminal): readonly string[] {
  const own = caveats.filter((caveat) => !usualCaveats.includes(caveat));
  const shown = terminal.verbose ? caveats : own.slice(0, 1);
  const more = own.length - shown.length;
  return shown
    .flatMap((caveat) => marked(marks.assumption, `${caveat}${more <= 0 ? "" : ` (and ${more} more)`}`))
    .map((line) => terminal.paint(colors.assumption, line));
}

function renderAdvice(advice: Analysis["risk"]["recommendations"], terminal: Terminal): readonly string[] {
  const shown = terminal.verbose ? advice : advice.slice(0, mostAdvice);
  const hidden = advice.length - shown.length;
  return [
    ...shown.flatMap(({ level, text, sql }) => [
      ...labelled(level, text).map(
        (line) => `${terminal.paint(levelColors[level], line.slice(0, 10))}${line.slice(10)}`,
      ),
      ...(sql?.length === 1 || terminal.verbose ? (sql ?? []) : []).map((statement) =>
        terminal.paint("dim", `          ${shortenSql(statement, columns - 11)};`),
      ),
    ]),
    ...(hidden > 0 ? [`          and ${hidden} more (--verbose)`] : []),
  ];
}

function renderNotInspected(notInspected: readonly string[], terminal: Terminal): readonly string[] {
  const shown = terminal.verbose ? notInspected : notInspected.slice(0, mostNotInspected);
  const hidden = notInspected.length - shown.length;
  return [
    ...shown.flatMap((what) => marked("∅", `not inspected: ${what}`)),
    ...(hidden > 0 ? marked("∅", `and ${hidden} more (--verbose)`) : []),
  ].map((line) => terminal.paint("yellow", line));
}

function renderRewritten({ file, sql, later, kept }: RewrittenFile, terminal: Terminal): readonly string[] {
  return [
    "",
    terminal.paint("bold", `${file}, with the gentler way:`),
    ...kept.flatMap(({ line, because }) => marked("!", `line ${line} stays: ${because}`)),
    ...(sql === null ? [] : ["", sql.trimEnd()]),
    ...(later === null ? [] : ["", terminal.paint("bold", "and a second migration, later:"), "", later.trimEnd()]),
  ];
}

function renderVerdict(analysis: Analysis, terminal: Terminal): readonly string[] {
  const because = whyNotPassed(analysis);
  if (because.length > 0)
    return wrapText(`Not passed (exit 1): ${because.join("; ")}.`, columns).map((line) => terminal.paint("red", line));
  const critical = criticalSides(analysis.risk);
  const beside = critical === "" ? "" : `. But ${critical}, which the score does not weigh`;
  const passed = `Passed (exit 0): ${analysis.risk.level} is below the limit, ${analysis.limit}${describeUpperEnd(analysis.risk)}${beside}.`;
  return wrapText(passed, columns).map((line) => terminal.paint(critical === "" ? "green" : "yellow", line));
}

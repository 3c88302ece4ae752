import { ConfitureError, type DataLoss, type Hazard, type Statement } from "@confiture/model";
import type { DiffPlan, PlannedStatement } from "@confiture/schema";
import { findLineComments, predictEffects } from "@confiture/sql";
import type { SqlText } from "../sources/migration.js";

/** The hazard that nobody gets without having named it. */
export const dataLoss = "DeletesData" satisfies Hazard;

const marker = "confiture: from a difference, allows";

/** The line of a drafted migration that says what was allowed when it was drafted. */
export function allowanceLine(allowed: readonly Hazard[]): string {
  return `-- ${marker} ${allowed.length === 0 ? "nothing" : allowed.join(", ")}`;
}

/** What a drafted migration may do; undefined for one that somebody wrote. */
function readAllowance({ text }: SqlText): readonly string[] | undefined {
  if (!text.includes(marker)) return undefined;
  const line = findLineComments(text).find((comment) => comment.text.startsWith(marker));
  return line?.text.slice(marker.length).split(/[\s,]+/);
}

/** @throws CONFITURE_DATA_LOSS with each statement that loses data, and what it loses, unless that is allowed */
export function refuseLoss(
  { statements, likelyRenames }: Pick<DiffPlan, "statements" | "likelyRenames">,
  allowed: readonly Hazard[],
): void {
  const losing = statements.filter((statement) => lossesOf(statement).length > 0);
  if (losing.length === 0 || allowed.includes(dataLoss)) return;
  const lines = losing.map(
    (statement) => `  ${firstLine(statement.sql)}\n    ${lossesInWords(lossesOf(statement)).join("; ")}`,
  );
  const renames =
    likelyRenames.length === 0
      ? ["--rename 'column shop.orders.note to remark'"]
      : likelyRenames.map(({ kind, from, to }) => `--rename '${kind} ${from} to ${to}'`);
  throw new ConfitureError(
    "CONFITURE_DATA_LOSS",
    `Data would be lost, and that was not allowed:\n${lines.join("\n")}`,
    {
      hint: `When it is meant: --allow ${dataLoss}. When it only has another name now: ${renames.join(" ")}.`,
      facts: { statements: losing.map((statement) => ({ sql: statement.sql, loses: lossesOf(statement) })) },
    },
  );
}

/** What a statement of a plan loses for good: what a materialized view holds can be computed again. */
export function lossesOf({ object, effect }: PlannedStatement): readonly DataLoss[] {
  return object.kind === "materializedViews" ? [] : effect.dataLoss;
}

/** `column public.orders.note`, `the rows of public.orders` */
export function lossesInWords(losses: PlannedStatement["effect"]["dataLoss"]): readonly string[] {
  const words = {
    rows: "the rows of",
    column: "column",
    table: "table",
    values: "values of",
    sequence_position: "the position of sequence",
  };
  return losses.map(({ what, of }) => `loses ${words[what]} ${of}`);
}

/**
 * A drafted migration that was edited since loses nothing more than what was allowed then. Judged by the text alone,
 * as nobody can say which schema a migration will find.
 *
 * @throws CONFITURE_DATA_LOSS
 */
export async function refuseUnallowedLoss(up: SqlText, statements: readonly Statement[]): Promise<void> {
  const allowed = readAllowance(up);
  if (allowed === undefined || allowed.includes(dataLoss)) return;
  const found = await firstLoss(statements);
  if (found === undefined) return;
  throw new ConfitureError(
    "CONFITURE_DATA_LOSS",
    `${up.file} was drafted from a difference that loses no data, and this statement does: ${lossesInWords(found.losses).join("; ")}.`,
    {
      at: found.statement.at,
      hint: `When it is meant, write ${dataLoss} into the line \`${allowanceLine(allowed.filter(isHazard))}\`.`,
    },
  );
}

/** The first statement that, by its text alone, loses data. */
export async function firstLoss(
  statements: readonly Statement[],
): Promise<{ readonly statement: Statement; readonly losses: readonly DataLoss[] } | undefined> {
  const effects = await predictEffects(statements);
  for (const { statement, operations } of effects) {
    const losing = operations.filter(
      ({ kind, effect }) => kind !== "drop_materialized_view" && effect.hazards.includes(dataLoss),
    );
    if (losing.length > 0) return { statement, losses: losing.flatMap(({ effect }) => effect.dataLoss) };
  }
  return undefined;
}

function isHazard(word: string): word is Hazard {
  return word === dataLoss;
}

function firstLine(sql: string): string {
  const [line = ""] = sql.split("\n", 1);
  return line;
}

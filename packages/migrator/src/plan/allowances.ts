import { ConfitureError, type Hazard, type Statement } from "@confiture/model";
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
  const losing = statements.filter(({ hazards }) => hazards.includes(dataLoss));
  if (losing.length === 0 || allowed.includes(dataLoss)) return;
  const lines = losing.map(
    ({ sql, effect }) => `  ${firstLine(sql)}\n    ${lossesInWords(effect.dataLoss).join("; ")}`,
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
      facts: { statements: losing.map(({ sql, effect }) => ({ sql, loses: effect.dataLoss })) },
    },
  );
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
export async function firstLoss(statements: readonly Statement[]) {
  const effects = await predictEffects(statements);
  const losing = effects.find(({ effect }) => effect.hazards.includes(dataLoss));
  return losing === undefined ? undefined : { statement: losing.statement, losses: losing.effect.dataLoss };
}

function isHazard(word: string): word is Hazard {
  return word === dataLoss;
}

function firstLine(sql: string): string {
  const [line = ""] = sql.split("\n", 1);
  return line;
}

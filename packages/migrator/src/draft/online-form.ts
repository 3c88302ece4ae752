import { type Catalog, type LockMode, lockModes } from "@confiture/model";
import type { PlannedStatement } from "@confiture/schema";
import { parseSqlFile, renderMigration, saferSequence } from "@confiture/sql";
import { firstLoss } from "../plan/allowances.js";

/**
 * The gentler way to the same end, as text with transactions of its own. Undefined where none is needed or none is known,
 * where nothing that was there before is locked, where a part of it would have to wait for another migration, and where
 * data would pass from one column to another.
 */
export async function onlineForm(statement: PlannedStatement, catalog: Catalog): Promise<string | undefined> {
  if (!statement.effect.locks.some(({ mode }) => rank(mode) >= rank("ShareLock"))) return undefined;
  const { statements } = await parseSqlFile(statement.sql, { file: "difference" });
  const [parsed] = statements;
  if (parsed === undefined || statements.length !== 1) return undefined;
  const answer = await saferSequence(parsed, { catalog });
  if (answer.kind !== "safer" || answer.since > Math.floor(catalog.serverVersion / 10_000)) return undefined;
  if (answer.steps.some(({ when }) => when === "later")) return undefined;
  // A column in the place of another: it moves behind the others, and a reader of the file sees one dropped.
  const steps = await Promise.all(answer.steps.map(({ sql }) => parseSqlFile(sql, { file: "difference" })));
  if ((await firstLoss(steps.flatMap((file) => file.statements))) !== undefined) return undefined;
  return renderMigration(answer).trimEnd();
}

function rank(mode: LockMode): number {
  return lockModes.indexOf(mode);
}

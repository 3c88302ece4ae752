import type { Catalog, Effect, Hazard, Statement, UnsupportedObject } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { findCommitBoundaries, parseSqlFile, predictEffects } from "@confiture/sql";
import { type ColumnOrder, compareColumnOrder } from "./column-order.js";
import { type DiffOptions, type DiffStatement, diffCatalogs } from "./diff-catalogs.js";
import { findLikelyRenames, type LikelyRename } from "./likely-renames.js";

/** A statement of a difference, with what it does to the database it starts from. */
export interface PlannedStatement extends Omit<DiffStatement, "change"> {
  /** `rename`: declared to be the same under another name. */
  readonly change: DiffStatement["change"] | "rename";
  /** False for what PostgreSQL refuses inside a transaction block. */
  readonly transactional: boolean;
  /** Why the transaction has to be committed behind it; absent when it need not. */
  readonly commitBehind?: string;
  readonly hazards: readonly Hazard[];
  readonly effect: Effect;
}

/** What leads from one schema to another. */
export interface DiffPlan {
  readonly statements: readonly PlannedStatement[];
  /** Objects of either side that a catalog has no entries for: whether they differ is not known. */
  readonly unsupported: readonly (UnsupportedObject & { readonly side: "from" | "to" })[];
  readonly columnOrder: readonly ColumnOrder[];
  /** What looks like a rename and was not declared as one. */
  readonly likelyRenames: readonly LikelyRename[];
}

/**
 * The statements that lead from one schema to another, in order, each with its effect on the database they start from.
 * Effects follow the statements before: PostgreSQL 13–18, by the version of `before`.
 *
 * @throws CONFITURE_DIFF_IMPOSSIBLE when no statements lead there.
 */
export async function planDiff(before: Catalog, after: Catalog, options: DiffOptions = {}): Promise<DiffPlan> {
  const { statements } = diffCatalogs(before, after, options);
  return {
    statements: await planStatements(statements, before),
    unsupported: [
      ...before.unsupported.map((object) => ({ ...object, side: "from" as const })),
      ...after.unsupported.map((object) => ({ ...object, side: "to" as const })),
    ],
    columnOrder: compareColumnOrder(before, after),
    likelyRenames: findLikelyRenames(before, after),
  };
}

/** What each statement does, one after another, to the database they start from. */
export async function planStatements<
  Given extends Pick<PlannedStatement, "sql" | "object" | "change" | "losesNothing">,
>(statements: readonly Given[], before: Catalog): Promise<readonly (Given & PlannedStatement)[]> {
  const parsed = await Promise.all(statements.map(({ sql }, index) => parseOne(sql, index)));
  const version = Math.floor(before.serverVersion / 10_000);
  const effects = await predictEffects(parsed, { catalog: before, serverVersion: version });
  const boundaries = new Map(
    (await findCommitBoundaries(parsed, { serverVersion: version })).map(({ after: at, because }) => [at, because]),
  );
  return statements.map((statement, place) => {
    const effect = statement.losesNothing === true ? withoutLoss(effects[place]!.effect) : effects[place]!.effect;
    const because = boundaries.get(place);
    return {
      ...statement,
      transactional: effect.transactional,
      ...(because === undefined ? {} : { commitBehind: because }),
      hazards: effect.hazards,
      effect,
    };
  });
}

function withoutLoss(effect: Effect): Effect {
  return { ...effect, dataLoss: [], hazards: effect.hazards.filter((hazard) => hazard !== "DeletesData") };
}

/** Each text is one statement: whoever runs them runs them one by one. */
async function parseOne(sql: string, index: number): Promise<Statement> {
  const { statements } = await parseSqlFile(sql, { file: "difference" });
  const [statement] = statements;
  if (statement === undefined || statements.length > 1)
    throw new ConfitureError("CONFITURE_DEFECT", `A statement of a difference is ${statements.length} statements.`);
  return { ...statement, index };
}

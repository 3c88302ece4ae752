import type { Catalog, Session, ShadowProvider } from "@confiture/model";
import type { DiffOptions } from "../diff/diff-catalogs.js";
import { type DiffPlan, planDiff, planStatements } from "../diff/plan-diff.js";
import { readCatalog } from "../read/read-catalog.js";
import { chooseRenames, listOf } from "./choose-renames.js";
import { copySchema } from "./copy-schema.js";
import { followRenames } from "./follow-renames.js";
import { type Rename, renameStatement } from "./rename.js";

export interface RenamedDiffOptions extends DiffOptions {
  /** What was declared, in the order in which it happens. */
  readonly renames: readonly Rename[];
  /** Where the names are tried: a server of the version of `before`. Asked only when something is to be renamed. */
  readonly shadow: ShadowProvider;
}

/** A plan whose first statements rename. */
export interface RenamedDiffPlan extends DiffPlan {
  /** The renames declared that have yet to happen, in order. What is named after them is renamed by statements of the plan. */
  readonly renamed: readonly Rename[];
  /** What the statements behind the renames start from. */
  readonly base: Catalog;
}

/**
 * As `planDiff`, but what was declared to be the same under another name keeps its rows. What a rename changes besides
 * the name (definitions that say it, names that follow) is left to the server: the schema is copied to a shadow database,
 * renamed there, and read again.
 *
 * @throws CONFITURE_RENAME for a declaration that names nothing; what `copySchema`, `readCatalog` and `planDiff` throw
 */
export async function planRenamedDiff(
  before: Catalog,
  after: Catalog,
  { renames, shadow, ...options }: RenamedDiffOptions,
): Promise<RenamedDiffPlan> {
  const renamed = chooseRenames(renames, before, after);
  if (renamed.length === 0) return { ...(await planDiff(before, after, options)), renamed, base: before };
  await using database = await shadow.create(Math.floor(before.serverVersion / 10_000));
  await using session = await database.openSession();
  await copySchema(session, before, options);
  const declared = await rename(session, renamed);
  const followers = followRenames(await readCatalog(session), after, renamed);
  const statements = [...declared, ...(await rename(session, followers))];
  const base = await readCatalog(session);
  const plan = await planDiff(base, after, options);
  return {
    ...plan,
    statements: [...(await planStatements(statements, before)), ...plan.statements],
    // Of the copy, which has nothing that a catalog has no entries for.
    unsupported: [
      ...before.unsupported.map((object) => ({ ...object, side: "from" as const })),
      ...plan.unsupported.filter(({ side }) => side === "to"),
    ],
    renamed,
    base,
  };
}

async function rename(session: Session, renames: readonly Rename[]) {
  const statements = renames.map((one) => ({
    sql: renameStatement(one),
    object: { kind: listOf(one), name: one.from },
    change: "rename" as const,
  }));
  for (const { sql } of statements) await session.query(sql);
  return statements;
}

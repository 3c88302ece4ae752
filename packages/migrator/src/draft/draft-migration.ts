import type { Catalog, ConfitureError, Hazard } from "@confiture/model";
import { type DiffPlan, planRenamedDiff, type Rename, type RenamedDiffPlan } from "@confiture/schema";
import { parseSqlFile } from "@confiture/sql";
import type { HookMoments } from "../hooks/hook-moments.js";
import { type HookedWithoutRun, momentsWithoutRun } from "../hooks/moments-without-run.js";
import { compareBetween, readAnalysed } from "../hooks/schema-moments.js";
import { allowanceLine, dataLoss, firstLoss, lossesInWords, lossesOf, refuseLoss } from "../plan/allowances.js";
import { renderDraft } from "./render-draft.js";
import { openStartingPoint, type StartingPoint, type StartingPointOptions } from "./starting-point.js";
import { tryDraft } from "./try-draft.js";

export interface DraftMigrationOptions extends StartingPointOptions, HookedWithoutRun {
  /** The schema the migration leads to. */
  readonly wanted: Catalog;
  /** What has another name now, in the order in which it got it. */
  readonly renames: readonly Rename[];
  /** Hazards that were allowed by name. */
  readonly allow: readonly Hazard[];
  /** Gentler forms for tables that are there: an index CONCURRENTLY, a constraint NOT VALID first. Default true. */
  readonly online?: boolean;
  /** Asked about each that looks like a rename and was not declared as one. Absent: it is none. */
  readonly isRename?: (likely: DiffPlan["likelyRenames"][number]) => Promise<boolean>;
  /** What it starts from and leads to, for the comment at the top. */
  readonly describe: { readonly from: string; readonly to: string };
}

/** The texts of a migration that was drafted, and tried. */
export interface MigrationDraft {
  /** The schema it starts from. */
  readonly from: Catalog;
  readonly up: string;
  readonly down: string;
  /** Its statements in their plain form. No statement: there is nothing to migrate. */
  readonly plan: RenamedDiffPlan;
  /** Statements written in a gentler form, both ways together. */
  readonly online: number;
  /** Why gentler forms were left out although they were wanted. */
  readonly notOnline?: ConfitureError;
}

/**
 * Drafts the migration that leads from where a database is to the schema wanted, and the way back, and runs both on a
 * shadow database: what comes out is what is wanted, or an error. Rows are not tried here. PostgreSQL 13 to 18.
 *
 * @throws CONFITURE_DATA_LOSS unless that was allowed, CONFITURE_RENAME, CONFITURE_DRAFT_FAILED,
 * CONFITURE_DIFF_IMPOSSIBLE, CONFITURE_HOOK_FAILED, CONFITURE_SHADOW_UNAVAILABLE, and what running the migrations before it ends with
 */
export async function draftMigration(options: DraftMigrationOptions): Promise<MigrationDraft> {
  const { shadow, compare, wanted, online = true } = options;
  const moments = momentsWithoutRun(options);
  await using start = await openAnalysed(moments, options);
  const schemas = { source: start.catalog, target: wanted };
  const plan = await compareBetween(moments, schemas, () => planAsking(start.catalog, options), describePlan);
  if (plan.statements.length === 0) return { from: start.catalog, up: "", down: "", plan, online: 0 };
  refuseLoss(plan, options.allow);
  const back = await planRenamedDiff(wanted, start.catalog, {
    ...compare,
    shadow,
    renames: [...plan.renamed].reverse().map(({ kind, from, to }) => ({ kind, from: to, to: from })),
  });
  const plain = await render(plan, back, { ...options, online: false });
  const gentle = online ? await render(plan, back, { ...options, online: true }) : plain;
  const failed = await tryDraft(start, gentle, options);
  if (failed === undefined) return { ...gentle, from: start.catalog, plan };
  if (gentle.online === 0) throw failed;
  // On another shadow: this one is somewhere on the way.
  await using again = await openStartingPoint(options);
  const alsoFailed = await tryDraft(again, plain, options);
  if (alsoFailed !== undefined) throw alsoFailed;
  return { ...plain, from: start.catalog, plan, notOnline: failed };
}

async function openAnalysed(moments: HookMoments, options: DraftMigrationOptions): Promise<StartingPoint> {
  const opening: { start?: StartingPoint } = {};
  try {
    await readAnalysed(moments, options.describe.from, async () => {
      opening.start = await openStartingPoint(options);
      return opening.start.catalog;
    });
  } catch (error) {
    await opening.start?.[Symbol.asyncDispose]();
    throw error;
  }
  if (opening.start === undefined) throw new RangeError("the schema was read without a starting point");
  return opening.start;
}

function describePlan({ statements }: RenamedDiffPlan) {
  const breaking = statements.flatMap((statement) => lossesInWords(lossesOf(statement)));
  return { differences: statements.map(({ sql }) => sql), breaking };
}

async function planAsking(
  catalog: Catalog,
  { wanted, compare, shadow, renames, isRename }: DraftMigrationOptions,
): Promise<RenamedDiffPlan> {
  const plan = await planRenamedDiff(catalog, wanted, { ...compare, shadow, renames });
  if (isRename === undefined) return plan;
  const asked: Rename[] = [];
  for (const likely of plan.likelyRenames) if (await isRename(likely)) asked.push(likely);
  if (asked.length === 0) return plan;
  return planRenamedDiff(catalog, wanted, { ...compare, shadow, renames: [...renames, ...asked] });
}

interface Rendered {
  readonly up: string;
  readonly down: string;
  readonly online: number;
}

async function render(
  plan: RenamedDiffPlan,
  back: RenamedDiffPlan,
  { online = true, describe }: DraftMigrationOptions,
): Promise<Rendered> {
  const losses = plan.statements.flatMap((statement) => lossesInWords(lossesOf(statement)));
  const head = `-- From ${describe.from} to ${describe.to}.`;
  const notBack =
    losses.length === 0 ? [] : ["-- Data does not come back: the up", ...losses.map((loss) => `--   ${loss}`)];
  const up = await renderDraft(plan.statements, { head: [head], catalog: plan.base, online });
  const down = await renderDraft(back.statements, {
    head: [`-- Back to ${describe.from}.`, ...notBack],
    catalog: back.base,
    online,
  });
  const allowance = allowanceLine(losses.length > 0 || (await looksLossy(up.text)) ? [dataLoss] : []);
  return {
    up: up.text.replace(`${head}\n`, `${head}\n${allowance}\n`),
    down: down.text,
    online: up.online + down.online,
  };
}

/** By the text alone, which is all that a run will have. That it is no loss by the catalog is known only here. */
async function looksLossy(up: string): Promise<boolean> {
  const { statements } = await parseSqlFile(up, { file: "draft.up.sql" });
  return (await firstLoss(statements)) !== undefined;
}

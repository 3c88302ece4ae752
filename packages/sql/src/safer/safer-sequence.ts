import type { Statement } from "@confiture/model";
import { mergeEffects } from "../effects/merge-effects.js";
import { predictEffects } from "../effects/predict-effects.js";
import { parseSqlFile } from "../parse/parse-sql-file.js";
import { openGrammar } from "../parse/parse-statement.js";
import { isFields, stringOf } from "../parse/parse-tree.js";
import { saferAlterTable } from "./alter-table/safer-alter-table.js";
import { blockingWork, describeIdle, describeWork } from "./blocking-work.js";
import { saferAlterDomain } from "./forms/domains.js";
import { saferDropTable } from "./forms/drop-table.js";
import { saferCreateIndex, saferDropIndex, saferRefresh } from "./forms/indexes.js";
import { saferCreatePartition } from "./forms/partitions.js";
import { saferReindex } from "./forms/reindex.js";
import { saferRename } from "./forms/renames.js";
import { alreadySafe, none, type SaferAnswer, type SaferDraft, type SaferStep } from "./safer-answer.js";
import { openSaferContext, type SaferContext, type SaferSequenceOptions } from "./safer-context.js";

type FormReader = (context: SaferContext) => SaferDraft | Promise<SaferDraft>;

/** Statements that may have a gentler form, by the tag of their tree. */
const forms: Readonly<Record<string, FormReader>> = {
  IndexStmt: saferCreateIndex,
  ReindexStmt: saferReindex,
  RefreshMatViewStmt: saferRefresh,
  AlterTableStmt: (context) => (isTable(context) ? saferAlterTable(context) : byEffect(context)),
  AlterDomainStmt: saferAlterDomain,
  CreateStmt: (context) => (isFields(context.fields.partbound) ? saferCreatePartition(context) : byEffect(context)),
  DropStmt: (context) => (drops[stringOf(context.fields.removeType) ?? ""] ?? byEffect)(context),
  RenameStmt: saferRename,
  VacuumStmt: (context) => writtenAnew(context, "VACUUM FULL"),
  ClusterStmt: (context) => writtenAnew(context, "CLUSTER"),
};

const drops: Readonly<Record<string, FormReader>> = { OBJECT_INDEX: saferDropIndex, OBJECT_TABLE: saferDropTable };

function isTable({ fields }: SaferContext): boolean {
  return fields.objtype === "OBJECT_TABLE" || fields.objtype === "OBJECT_FOREIGN_TABLE";
}

/**
 * The gentler way to what one statement does: steps that end in the same catalog and the same rows, none of which
 * works on the rows of a table under a lock that reads or writes wait for. Expressions are cut from the statement as
 * they stand; names are those PostgreSQL would have chosen. PostgreSQL 13–18; `packages/sql/test/safer` runs both
 * ways on real servers and compares.
 */
export async function saferSequence(statement: Statement, options: SaferSequenceOptions = {}): Promise<SaferAnswer> {
  if (statement.kind === "unparsable") return none("the grammar refuses the statement");
  const tree = (await openGrammar()).statements(statement.text)?.[0];
  if (tree === undefined) return none("the grammar refuses the statement");
  const context = await openSaferContext(statement, tree.fields, options);
  const draft = await (forms[tree.tag] ?? byEffect)(context);
  return draft.kind === "safer" ? withLocks(draft, context, options) : draft;
}

async function writtenAnew(context: SaferContext, what: string): Promise<SaferDraft> {
  const answer = await byEffect(context);
  if (answer.kind !== "none") return answer;
  return none(`${what} writes a table anew in one piece; tools that copy it aside (pg_repack) are not included`);
}

/** For what has no gentler form: whether it needs one. */
async function byEffect({ predict, statement }: SaferContext): Promise<SaferDraft> {
  const effect = (await predict([statement.text]))?.[0];
  if (effect === undefined || effect.certainty === "unknown") return none("the statement is not understood");
  const work = blockingWork(effect);
  if (work.length === 0) return alreadySafe(describeIdle(effect));
  return none(`no gentler form is known. ${describeWork(effect, work)}`);
}

const withoutCatalog =
  "Without a catalog it is taken for granted that the names PostgreSQL would choose are free, and that no table has partitions or children.";

/** What each step locks, as the steps before it leave things. */
async function withLocks(
  draft: Extract<SaferDraft, { kind: "safer" }>,
  { version }: SaferContext,
  options: SaferSequenceOptions,
): Promise<SaferAnswer> {
  const steps: SaferStep[] = [];
  let since = 13;
  const parsed = await Promise.all(draft.steps.map(({ sql }) => parseSqlFile(sql, { file: "safer" })));
  const statements = parsed.flatMap((file) => file.statements);
  if (statements.some(({ kind }) => kind === "unparsable"))
    return none("its text could not be cut apart with certainty");
  const effects = await predictEffects(statements, { ...options, serverVersion: version });
  let position = 0;
  for (const [index, step] of draft.steps.entries()) {
    const own = effects.slice(position, position + parsed[index]!.statements.length);
    position += own.length;
    since = Math.max(since, ...own.map(({ effect }) => effect.since));
    const locks = mergeEffects(own.map(({ effect }) => effect)).locks;
    steps.push({ ...step, when: step.when ?? "now", locks });
  }
  const caveats = options.catalog === undefined ? [...draft.caveats, withoutCatalog] : draft.caveats;
  return { ...draft, steps, caveats, since };
}

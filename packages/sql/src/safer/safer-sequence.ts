import type { QualifiedName, Statement } from "@confiture/model";
import { mergeEffects } from "../effects/merge-effects.js";
import { forkPicture } from "../effects/picture/fork-picture.js";
import { advance, openPicture, predictEffects } from "../effects/predict-effects.js";
import { parseSqlFile } from "../parse/parse-sql-file.js";
import { openGrammar } from "../parse/parse-statement.js";
import { isFields, listOf, stringOf } from "../parse/parse-tree.js";
import { nameFromObject, relationName } from "../parse/read-names.js";
import { saferAlterTable } from "./alter-table/safer-alter-table.js";
import { blockingWork, describeIdle, describeWork } from "./blocking-work.js";
import { FileCourse } from "./file-course.js";
import { saferAlterDomain } from "./forms/domains.js";
import { saferDropTable } from "./forms/drop-table.js";
import { saferCreateIndex, saferDropIndex, saferRefresh } from "./forms/indexes.js";
import { saferCreatePartition } from "./forms/partitions.js";
import { saferReindex } from "./forms/reindex.js";
import { saferRename } from "./forms/renames.js";
import { alreadySafe, none, type SaferAnswer, type SaferDraft, type SaferStep } from "./safer-answer.js";
import { openSaferContext, type Place, type SaferContext, type SaferSequenceOptions } from "./safer-context.js";

type FormReader = (context: SaferContext) => SaferDraft | Promise<SaferDraft>;

/** Statements that may have a gentler form, by the tag of their tree. */
const forms: Readonly<Record<string, FormReader>> = {
  IndexStmt: saferCreateIndex,
  ReindexStmt: saferReindex,
  RefreshMatViewStmt: saferRefresh,
  AlterTableStmt: (context) => (isTable(context) && !isIndex(context) ? saferAlterTable(context) : byEffect(context)),
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

/** ALTER TABLE takes the name of an index too. */
function isIndex({ fields, picture }: SaferContext): boolean {
  const name = relationName(fields.relation) ?? { name: "" };
  return picture.find(name) === undefined && picture.findIndex(name) !== undefined;
}

/**
 * The gentler way to what one statement does: steps that end in the same catalog and the same rows, none of which
 * works on the rows of a table under a lock that reads or writes wait for. Expressions are cut from the statement as
 * they stand; names are those PostgreSQL would have chosen. PostgreSQL 13–18; `packages/sql/test/safer` runs both
 * ways on real servers and compares.
 */
export async function saferSequence(statement: Statement, options: SaferSequenceOptions = {}): Promise<SaferAnswer> {
  const [answer] = await saferSequences([statement], options);
  return answer!;
}

/**
 * The same for the statements of a file, or of files that run one behind another: each is answered as it stands behind
 * the ones before it, for which their own sequences may be run as well.
 */
export async function saferSequences(
  statements: readonly Statement[],
  options: SaferSequenceOptions = {},
): Promise<readonly SaferAnswer[]> {
  const grammar = await openGrammar();
  const effects = await predictEffects(statements, options);
  const course = new FileCourse(openPicture(options, grammar, statements), grammar, effects);
  const answers: SaferAnswer[] = [];
  for (const [position, { effect }] of effects.entries()) {
    const statement = statements[position]!;
    answers.push(await answerFor(statement, { grammar, course, catalog: options.catalog, whole: effect }));
    course.pass(statement);
  }
  return answers;
}

async function answerFor(statement: Statement, place: Place): Promise<SaferAnswer> {
  const tree = statement.kind === "unparsable" ? undefined : place.grammar.statements(statement.text)?.[0];
  if (tree === undefined) return none("the grammar refuses the statement");
  if (place.whole.refused !== undefined) return none(`the server refuses the statement: ${place.whole.refused}`);
  const context = openSaferContext(statement, tree.fields, place);
  const draft = concernsNobody(context) ? alreadySafe(ownToFile) : await (forms[tree.tag] ?? byEffect)(context);
  return draft.kind === "safer" ? withLocks(draft, context) : draft;
}

const ownToFile = "The statements before it made what it works on: nobody else uses that yet.";

/** True where nothing is locked because the file itself made the table. */
function concernsNobody({ whole, fields, picture }: SaferContext): boolean {
  if (whole.certainty === "unknown" || whole.locks.length + whole.indexLocks.length > 0) return false;
  const isOwn = (name: QualifiedName | undefined) =>
    name !== undefined && (picture.find(name) ?? picture.findIndex(name)?.table)?.bornHere === true;
  const dropped = fields.removeType === "OBJECT_TABLE" || fields.removeType === "OBJECT_INDEX";
  if (dropped) return listOf(fields.objects).every((object) => isOwn(nameFromObject(object)));
  return isFields(fields.relation) && isOwn(relationName(fields.relation));
}

function writtenAnew(context: SaferContext, what: string): SaferDraft {
  const answer = byEffect(context);
  if (answer.kind !== "none") return answer;
  return none(`${what} writes a table anew in one piece; tools that copy it aside (pg_repack) are not included`);
}

/** For what has no gentler form: whether it needs one. */
function byEffect({ whole }: SaferContext): SaferDraft {
  if (whole.certainty === "unknown") return none("the statement is not understood");
  const work = blockingWork(whole);
  if (work.length === 0) return alreadySafe(describeIdle(whole));
  return none(`no gentler form is known. ${describeWork(whole, work)}`);
}

const withoutCatalog =
  "Without a catalog it is taken for granted that the names PostgreSQL would choose are free, and that no table has partitions or children.";

/** What each step locks, as the steps before it leave things. */
async function withLocks(
  draft: Extract<SaferDraft, { kind: "safer" }>,
  { catalog, course, grammar }: SaferContext,
): Promise<SaferAnswer> {
  const steps: SaferStep[] = [];
  let since = 13;
  const parsed = await Promise.all(draft.steps.map(({ sql }) => parseSqlFile(sql, { file: "safer" })));
  const statements = parsed.flatMap((file) => file.statements);
  if (statements.some(({ kind }) => kind === "unparsable"))
    return none("its text could not be cut apart with certainty");
  const trial = forkPicture(course.picture);
  const effects = statements.map((statement) => advance(statement, trial, grammar));
  let position = 0;
  for (const [index, step] of draft.steps.entries()) {
    const own = effects.slice(position, position + parsed[index]!.statements.length);
    position += own.length;
    since = Math.max(since, ...own.map(({ effect }) => effect.since));
    const locks = mergeEffects(own.map(({ effect }) => effect)).locks;
    steps.push({ ...step, when: step.when ?? "now", locks });
  }
  const caveats = catalog === undefined ? [...draft.caveats, withoutCatalog] : draft.caveats;
  return { ...draft, steps, caveats, since };
}

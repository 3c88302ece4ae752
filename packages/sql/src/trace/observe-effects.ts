import { type LockMode, lockModes, type RelationLock, type Session } from "@confiture/model";
import { parseSqlFile } from "../parse/parse-sql-file.js";
import type { ObservedEffect } from "./observed-effect.js";
import { type RelationFacts, readRelationFacts } from "./relation-facts.js";
import { loudSettings, type ServerNotes, withServerNotes } from "./server-notes.js";

/**
 * Runs one statement inside the caller's open transaction and reads from the server what it did. Meant for a shadow: the
 * statement is really run, and ending the transaction is left to the caller. PostgreSQL 13–18; the server's messages
 * must be in English (`lc_messages`), as they are on a server made by `@confiture/postgres`.
 *
 * Locks that the transaction held before are told apart (`heldBefore`), because to take one again leaves no trace.
 *
 * @throws CONFITURE_USAGE for a session that does not pass on notices, a RangeError for a text that is not one
 * statement; errors of the statement are the driver's own, and then the transaction is failed.
 */
export async function observeEffects(session: Session, sql: string): Promise<ObservedEffect> {
  const { statements } = await parseSqlFile(sql, { file: "statement" });
  const [statement, ...rest] = statements;
  if (statement === undefined || rest.length > 0) throw new RangeError(`not one statement but ${statements.length}`);
  const before = await readRelationFacts(session);
  const { rows } = await session.query<{ level: string }>("select current_setting('client_min_messages') as level");
  await session.query(loudSettings);
  const { notes } = await withServerNotes(session, () => session.query(statement.text));
  await session.query(`set local client_min_messages = ${rows[0]!.level}`);
  const after = await readRelationFacts(session, [...before.values()]);
  return derive({ before: [...before.values()], after, notes, planned: plannedKinds.has(statement.kind) });
}

/** Statements in which a query is planned: what is read, and whether in full, is the planner's choice. */
const plannedKinds: ReadonlySet<string> = new Set([
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
  "CopyStmt",
  "CreateTableAsStmt",
  "RefreshMatViewStmt",
  "DeclareCursorStmt",
  "ExecuteStmt",
  "ExplainStmt",
  "CallStmt",
  "DoStmt",
]);

interface Seen {
  readonly before: readonly RelationFacts[];
  readonly after: ReadonlyMap<number, RelationFacts>;
  readonly notes: ServerNotes;
  readonly planned: boolean;
}

function derive(seen: Seen): ObservedEffect {
  const { before, notes } = seen;
  const newFile = before.filter((facts) => hasNewFile(facts, seen));
  const rewrites = newFile.filter((facts) => isRewritten(facts, seen));
  const swapped = newFile.filter((facts) => !rewrites.includes(facts) && !isIndex(facts));
  const verified = mentioned(notes.verified, seen);
  const scanned = before.filter((facts) => !isIndex(facts) && !swapped.includes(facts) && newScans(facts, seen) > 0);
  const read = seen.planned ? verified : [...verified, ...scanned];
  const open = seen.planned || notes.validatesForeignKey;
  const touched = before.filter((facts) => !isIndex(facts) && newModes(facts, seen).length > 0);
  return {
    locks: locksOn(
      before.filter((facts) => !isIndex(facts)),
      seen,
    ),
    indexLocks: locksOn(before.filter(isIndex), seen),
    heldBefore: before.flatMap(({ name, held }) => held.map((mode) => ({ relation: name, mode }))),
    locksAtLeast: [],
    rewrites: namesOf(rewrites.filter((facts) => !isIndex(facts))),
    fileSwaps: namesOf(swapped),
    indexBuilds: notes.built.flatMap(({ index, table }) =>
      mentioned([table], seen).map(({ name }) => ({ index, table: name })),
    ),
    scans: namesOf(read),
    perhapsScanned: namesOf([...scanned, ...(open ? touched : []), ...swapped]),
  };
}

function isIndex({ kind }: RelationFacts): boolean {
  return kind === "i" || kind === "I";
}

function hasNewFile({ oid, file }: RelationFacts, { after }: Seen): boolean {
  const now = after.get(oid)?.file ?? null;
  return file !== null && now !== null && file !== now;
}

/** TRUNCATE, REFRESH and sequences get new files too; the server says nothing of a rewrite then. */
function isRewritten(facts: RelationFacts, { after, notes }: Seen): boolean {
  if (facts.kind !== "r" && facts.kind !== "m") return false;
  const moved = after.get(facts.oid)?.tablespace !== facts.tablespace;
  const qualified = facts.name.replaceAll('"', "");
  return moved || notes.rewritten.includes(facts.bareName) || notes.clustered.some((name) => plain(name) === qualified);
}

function plain(name: string): string {
  return name.replaceAll('"', "");
}

/** The server's messages have no schemas: of several relations with one name, those that were locked and read. */
function mentioned(names: readonly string[], seen: Seen): readonly RelationFacts[] {
  return names.flatMap((bareName) => {
    const candidates = seen.before.filter((facts) => facts.bareName === bareName && !isIndex(facts));
    if (candidates.length < 2) return candidates;
    return candidates.filter((facts) => newScans(facts, seen) > 0);
  });
}

function newScans({ oid, scans }: RelationFacts, { after }: Seen): number {
  return (after.get(oid)?.scans ?? scans) - scans;
}

function newModes({ oid, held }: RelationFacts, { after }: Seen): readonly LockMode[] {
  return (after.get(oid)?.held ?? []).filter((mode) => !held.includes(mode));
}

function locksOn(relations: readonly RelationFacts[], seen: Seen): readonly RelationLock[] {
  return relations
    .flatMap((facts): readonly RelationLock[] => {
      const mode = strongest(newModes(facts, seen));
      return mode === undefined ? [] : [{ relation: facts.name, mode }];
    })
    .sort((a, b) => (a.relation < b.relation ? -1 : 1));
}

function strongest(modes: readonly LockMode[]): LockMode | undefined {
  return lockModes.findLast((mode) => modes.includes(mode));
}

function namesOf(relations: readonly RelationFacts[]): readonly string[] {
  return [...new Set(relations.map(({ name }) => name))].sort();
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Catalog, type LockMode, lockModes } from "@confiture/model";
import type { ObservedEffect } from "@confiture/sql";

/** One measured statement: what every version that has it did, in a copy of the fixture of its own. */
export interface TruthForm {
  readonly id: string;
  readonly group: string;
  readonly sql: string;
  /** Runs before, and belongs to the catalog that a prediction starts from. */
  readonly pre?: string;
  /** A setting of the session. */
  readonly setup?: string;
  readonly observed: readonly TruthRecord[];
}

export interface TruthRecord {
  readonly versions: readonly number[];
  readonly error?: string;
  readonly locks?: Readonly<Record<string, LockMode>>;
  /** `r`, `p`, `v`, `m`, `S`, `i`, `I`, `c`; TOAST tables have none. */
  readonly lockKinds?: Readonly<Record<string, string>>;
  readonly rewritten: readonly string[];
  /** `relation:rows`. */
  readonly scanned?: readonly string[];
  readonly idxscanned?: readonly string[];
  readonly notes: readonly string[];
  /** Of what cannot run in a transaction: `relation:mode`, by the relation that another session held. */
  readonly first?: Readonly<Record<string, string>>;
  /** `HELD MODE => what was waited for`. */
  readonly blockedBy?: readonly string[];
}

export type WorkClass = "none" | "index_build" | "scan" | "rewrite";

/** What the server did, in the words of a prediction. */
export interface TruthExpectation {
  readonly effect: ObservedEffect;
  readonly work: WorkClass;
  /** Which rows a query reads, and how, is the planner's choice: no class of work is measured for those. */
  readonly isQuery: boolean;
}

export function readTruth(folder: string): { readonly fixture: string; readonly forms: readonly TruthForm[] } {
  const text = readFileSync(join(folder, "truth.json"), "utf8");
  const byId = JSON.parse(text) as Readonly<Record<string, Omit<TruthForm, "id">>>;
  return {
    fixture: readFileSync(join(folder, "fixture.sql"), "utf8"),
    forms: Object.entries(byId).map(([id, form]) => ({ id, ...form })),
  };
}

/** What one version did; undefined where that version refuses the form. */
export function recordOf(form: TruthForm, version: number): TruthRecord | undefined {
  const record = form.observed.find(({ versions }) => versions.includes(version));
  return record?.error === undefined ? record : undefined;
}

export function expectationOf(form: TruthForm, record: TruthRecord, relations: Relations): TruthExpectation {
  const isQuery = /^(select|insert|update|delete|merge|with)\b/i.test(form.sql);
  const swapsFiles = /^(truncate|refresh)\b/i.test(form.sql);
  const qualified = (names: readonly string[]) => names.map((name) => relations.get(name)?.name ?? name).sort();
  const isHeap = (name: string) => relations.get(name)?.kind !== "sequence";
  const builds = buildsOf(record, relations);
  const fileSwaps = qualified(record.rewritten.filter((name) => swapsFiles || !isHeap(name)));
  const read = qualified(rowsRead(record)).filter((name) => !fileSwaps.includes(name));
  const verified = record.notes.some((note) => /^(verifying table|validating foreign key)/.test(note));
  const effect: ObservedEffect = {
    ...locksOf(record, relations),
    heldBefore: [],
    perhapsLocked: record.first === undefined ? [] : indexesIn(relations),
    rewrites: qualified(swapsFiles ? [] : record.rewritten.filter(isHeap)),
    fileSwaps,
    indexBuilds: builds,
    scans: isQuery ? [] : unique([...read, ...qualified(namesIn(record, /^verifying table "(.*)"$/, relations))]),
    // A foreign key is checked by a query, which may choose an index.
    perhapsScanned: isQuery || verified ? qualified(Object.keys(record.locks ?? {})) : fileSwaps,
    ...waitsOf(record, relations),
  };
  return { effect, isQuery, work: workOf(effect, verified) };
}

/** Of what runs alone, the locks on each table were measured, and not those on its indexes. */
function indexesIn(relations: Relations): readonly string[] {
  return [...relations.values()].filter(({ kind }) => kind === "index").map(({ name }) => name);
}

function workOf(effect: ObservedEffect, verified: boolean): WorkClass {
  const filled = effect.indexBuilds.filter(({ table }) => !effect.fileSwaps.includes(table));
  if (effect.rewrites.length > 0) return "rewrite";
  if (verified || effect.scans.some((name) => filled.every(({ table }) => table !== name))) return "scan";
  return filled.length > 0 ? "index_build" : "none";
}

function rowsRead({ scanned = [] }: TruthRecord): readonly string[] {
  return scanned.filter((entry) => !entry.endsWith(":0")).map((entry) => entry.slice(0, entry.lastIndexOf(":")));
}

function namesIn(record: TruthRecord, pattern: RegExp, relations: Relations): readonly string[] {
  const names = record.notes.flatMap((note) => pattern.exec(note)?.[1] ?? []);
  return names.filter((name) => relations.has(name));
}

function buildsOf(record: TruthRecord, relations: Relations): ObservedEffect["indexBuilds"] {
  return record.notes.flatMap((note) => {
    const [, index, table] = /^building index "(.*)" on table "(.*)" /.exec(note) ?? [];
    const known = table === undefined ? undefined : relations.get(table);
    return index === undefined || known === undefined ? [] : [{ index, table: known.name }];
  });
}

type Locks = Pick<ObservedEffect, "locks" | "indexLocks" | "locksAtLeast">;

function locksOf(record: TruthRecord, relations: Relations): Locks {
  const held = Object.entries(record.locks ?? {}).map(([name, mode]) => ({ name, mode }));
  const blocked = (record.blockedBy ?? []).flatMap((line) => lockNamed(/=> relation (.*)$/.exec(line)?.[1]));
  const first = Object.values(record.first ?? {}).flatMap(lockNamed);
  // What is asked for first is what others queue behind, unless a later request is known.
  const early = first.filter(({ name }) => blocked.every((lock) => lock.name !== name));
  const all = strongestOf([...held, ...blocked, ...early]).map(({ name, mode }) => ({
    ...relationNamed(name, record),
    mode,
  }));
  const named = (kinds: string) => all.filter(({ kind }) => kinds.includes(kind));
  const plain = (locks: typeof all) => locks.map(({ relation, mode }) => ({ relation, mode }));
  return {
    locks: plain(named("rpvmSf")),
    indexLocks: plain(named("iI")),
    locksAtLeast: plain(early.map(({ name, mode }) => ({ ...relationNamed(name, record), mode }))),
  };

  function relationNamed(name: string, { lockKinds = {} }: TruthRecord) {
    const known = relations.get(name);
    const kind = name.startsWith("toast(") ? "t" : (lockKinds[name] ?? (known?.kind === "index" ? "i" : "r"));
    return { relation: known?.name ?? name, kind };
  }
}

function strongestOf(locks: readonly NamedLock[]): readonly NamedLock[] {
  const modes = new Map<string, LockMode>();
  for (const { name, mode } of locks) {
    const known = modes.get(name);
    if (known === undefined || lockModes.indexOf(known) < lockModes.indexOf(mode)) modes.set(name, mode);
  }
  return [...modes].map(([name, mode]) => ({ name, mode }));
}

interface NamedLock {
  readonly name: string;
  readonly mode: LockMode;
}

function lockNamed(text: string | undefined): readonly NamedLock[] {
  const colon = text?.lastIndexOf(":") ?? -1;
  return text === undefined || colon < 0
    ? []
    : [{ name: text.slice(0, colon), mode: text.slice(colon + 1) as LockMode }];
}

/** Weakest first: the first that is waited for without a request on the relation tells what is waited for. */
const waitedForBy = [
  ["ACCESS SHARE", "AccessExclusiveLock"],
  ["ROW SHARE", "ExclusiveLock"],
  ["ROW EXCLUSIVE", "ShareLock"],
] as const satisfies readonly (readonly [string, LockMode])[];

function waitsOf(record: TruthRecord, relations: Relations): Pick<ObservedEffect, "waits"> {
  if (record.blockedBy === undefined) return {};
  const [held] = record.blockedBy.flatMap((line) => lockNamed(/=> relation (.*)$/.exec(line)?.[1]));
  const found = waitedForBy.find(([mode]) => record.blockedBy?.includes(`${mode} => Lock:virtualxid`));
  if (found === undefined || held === undefined) return { waits: [] };
  return { waits: [{ relation: relations.get(held.name)?.name ?? held.name, conflictingWith: found[1] }] };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

export type Relations = ReadonlyMap<string, { readonly name: string; readonly kind: "table" | "sequence" | "index" }>;

/** The measured records name relations without their schema; each name is there once. */
export function relationsOf(catalog: Catalog): Relations {
  const identities = catalog.columns.flatMap(({ identity }) => (identity === undefined ? [] : [identity.sequence]));
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  const entries = (kind: "table" | "sequence" | "index", list: readonly string[]) =>
    list.map((name) => [name.slice(name.lastIndexOf(".") + 1), { kind, name }] as const);
  return new Map([
    ...entries("index", names(catalog.indexes)),
    ...entries("sequence", [...names(catalog.sequences), ...identities]),
    ...entries("table", names([...catalog.tables, ...catalog.views, ...catalog.materializedViews])),
  ]);
}

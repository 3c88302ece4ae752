import type { Catalog, Effect, LockMode, RelationLock } from "@confiture/model";
import {
  compareEffects,
  describeDifference,
  type EffectDifference,
  type EffectPredictor,
  parseSqlFile,
} from "@confiture/sql";
import type { TruthCatalog } from "./truth-catalogs.js";
import { expectationOf, type Relations, recordOf, relationsOf, type TruthForm, type WorkClass } from "./truth-forms.js";

/** How one form was predicted. */
export interface FormScore {
  readonly form: TruthForm;
  /** Each relation with the very mode that the server took, and no other relation. */
  readonly exactLocks: boolean;
  readonly exactIndexLocks: boolean;
  readonly sameWork: boolean;
  /** The server did more than was predicted: locks, rewrites, scans, waits. */
  readonly under: readonly string[];
  readonly over: readonly string[];
  /** Pairs of modes on each relation that either side names; absent: no lock. */
  readonly pairs: readonly ModePair[];
  /** Without a catalog: the relations that the text names have their modes. */
  readonly exactNamed: boolean;
  /** It touches relations that its text does not name. */
  readonly touchesUnnamed: boolean;
  readonly assumes: boolean;
}

export interface ModePair {
  readonly predicted?: LockMode;
  readonly observed?: LockMode;
}

export interface TruthScore {
  readonly version: number;
  readonly forms: readonly FormScore[];
  /** Forms that were not scored, each with its reason: nothing passes by being left out. */
  readonly leftOut: readonly { readonly id: string; readonly because: string }[];
}

export interface ScoreTruthOptions {
  readonly version: number;
  readonly predict: EffectPredictor;
  readonly catalogs: ReadonlyMap<string, TruthCatalog>;
  /** False: the predictor is told the version alone. */
  readonly withCatalog: boolean;
}

export async function scoreTruth(forms: readonly TruthForm[], options: ScoreTruthOptions): Promise<TruthScore> {
  const scored: FormScore[] = [];
  const leftOut: { id: string; because: string }[] = [];
  for (const form of forms) {
    const outcome = await scoreForm(form, options);
    if (typeof outcome === "string") leftOut.push({ id: form.id, because: outcome });
    else scored.push(outcome);
  }
  return { version: options.version, forms: scored, leftOut };
}

async function scoreForm(form: TruthForm, options: ScoreTruthOptions): Promise<FormScore | string> {
  const record = recordOf(form, options.version);
  if (record === undefined) return `PostgreSQL ${options.version} refuses it`;
  const read = options.catalogs.get(form.pre ?? "");
  if (read?.kind !== "read") return read?.because ?? "no catalog was read";
  const relations = relationsOf(read.catalog);
  const predicted = await predictForm(form, read.catalog, options);
  const expected = expectationOf(form, record, relations);
  const { under, over } = compareEffects(predicted, expected.effect);
  const differences = [...under, ...over];
  const work = workOf(predicted, expected.isQuery);
  const named = namedIn(form.sql, relations);
  return {
    form,
    exactLocks: !differences.some(({ what }) => what === "lock"),
    exactIndexLocks: !differences.some(({ what }) => what === "index_lock"),
    sameWork: work === expected.work,
    under: [...describe(under), ...(rank(work) < rank(expected.work) ? [workDiffers(work, expected.work)] : [])],
    over: [...describe(over), ...(rank(work) > rank(expected.work) ? [workDiffers(work, expected.work)] : [])],
    pairs: pairsOf(predicted.locks, expected.effect.locks),
    exactNamed: sameOnNamed(predicted.locks, expected.effect.locks, named),
    touchesUnnamed: expected.effect.locks.some(({ relation }) => !named.has(bare(relation))),
    assumes: predicted.assumptions.length > 0 && predicted.certainty !== "certain",
  };
}

async function predictForm(form: TruthForm, catalog: Catalog, options: ScoreTruthOptions): Promise<Effect> {
  const { statements } = await parseSqlFile(form.sql, { file: form.id });
  const timeZone = /^set timezone='(.*)'$/i.exec(form.setup ?? "")?.[1];
  const predicted = await options.predict(statements, {
    serverVersion: options.version,
    ...(options.withCatalog ? { catalog, searchPath: ["public"] } : {}),
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  const [only, ...rest] = predicted;
  if (only === undefined || rest.length > 0)
    throw new Error(`${form.id}: one statement, ${predicted.length} predictions`);
  return only.effect;
}

function workOf(effect: Effect, isQuery: boolean): WorkClass {
  const filled = effect.indexBuilds.filter(({ table }) => !effect.fileSwaps.includes(table));
  if (effect.rewrites.length > 0) return "rewrite";
  if (!isQuery && effect.scans.some(({ why, relation }) => countsAsScan(why) && !effect.fileSwaps.includes(relation))) {
    return "scan";
  }
  return filled.length > 0 ? "index_build" : "none";
}

function countsAsScan(why: Effect["scans"][number]["why"]): boolean {
  return why !== "index_build" && why !== "rewrite";
}

const workClasses = ["none", "index_build", "scan", "rewrite"] as const satisfies readonly WorkClass[];

function rank(work: WorkClass): number {
  return workClasses.indexOf(work);
}

function workDiffers(predicted: WorkClass, observed: WorkClass): string {
  return `work: ${predicted} was predicted, ${observed} was done`;
}

function describe(differences: readonly EffectDifference[]): readonly string[] {
  return differences.map((difference) => `${difference.what}: ${describeDifference(difference)}`);
}

function pairsOf(predicted: readonly RelationLock[], observed: readonly RelationLock[]): readonly ModePair[] {
  const said = new Map(predicted.map(({ relation, mode }) => [relation, mode]));
  const seen = new Map(observed.map(({ relation, mode }) => [relation, mode]));
  return [...new Set([...said.keys(), ...seen.keys()])].map((relation) => {
    const [mode, real] = [said.get(relation), seen.get(relation)];
    return {
      ...(mode === undefined ? {} : { predicted: mode }),
      ...(real === undefined ? {} : { observed: real }),
    };
  });
}

/** The tables, views and sequences whose names stand in the text, without their schemas. */
function namedIn(sql: string, relations: Relations): ReadonlySet<string> {
  const words = sql.match(/[a-z_][a-z0-9_]*/gi) ?? [];
  return new Set(words.filter((word) => (relations.get(word)?.kind ?? "index") !== "index"));
}

/** Without a catalog names stand as they are written, so they are compared without their schemas. */
function sameOnNamed(
  predicted: readonly RelationLock[],
  observed: readonly RelationLock[],
  named: ReadonlySet<string>,
): boolean {
  const ofNamed = (locks: readonly RelationLock[]) =>
    locks
      .map(({ relation, mode }) => ({ name: bare(relation), mode }))
      .filter(({ name }) => named.has(name))
      .map(({ name, mode }) => `${name} ${mode}`)
      .sort()
      .join();
  return ofNamed(predicted) === ofNamed(observed);
}

function bare(relation: string): string {
  return relation.slice(relation.lastIndexOf(".") + 1);
}

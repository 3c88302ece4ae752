import type { Catalog, CatalogConstraint, CatalogFunction } from "@confiture/model";
import type { CatalogIndex, DiffEntry, ObjectKey } from "../../../src/diff/catalog-index.js";
import type { DiffReference } from "../../../src/diff/diff-kinds.js";
import { indexCatalog } from "../../../src/diff/index-catalog.js";
import { collationKinds } from "../../../src/diff/kinds/collations-and-conversions.js";
import { domainConstraints, isOfDomain } from "../../../src/diff/kinds/domains.js";
import { typeOfInputOutput } from "../../../src/diff/kinds/input-output-functions.js";
import type { KindRules, Sides } from "../../../src/diff/kinds/kind-rules.js";
import { languageKinds } from "../../../src/diff/kinds/languages.js";
import { operatorFamilyKinds } from "../../../src/diff/kinds/operator-families.js";
import { operatorKinds } from "../../../src/diff/kinds/operators.js";
import { routineKinds } from "../../../src/diff/kinds/routines.js";
import { schemaAndExtensionKinds } from "../../../src/diff/kinds/schemas-and-extensions.js";
import { textSearchKinds } from "../../../src/diff/kinds/text-search.js";
import { typeKinds } from "../../../src/diff/kinds/user-types.js";

const ofDomain = (entry: CatalogConstraint) => {
  if (!isOfDomain(entry)) throw new Error(`${entry.name} is of no domain`);
  return entry;
};

/** The rules under test, by kind, as the core sees them. */
const rules = {
  ...schemaAndExtensionKinds,
  ...typeKinds,
  ...routineKinds,
  ...operatorKinds,
  ...operatorFamilyKinds,
  ...collationKinds,
  ...languageKinds,
  ...textSearchKinds,
  constraints: {
    named: ({ name }) => `constraint ${name}`,
    create: (entry, _, sides) => domainConstraints.create(ofDomain(entry), sides),
    drop: (entry, _, sides) => domainConstraints.drop(ofDomain(entry), sides),
    alter: (before, after) => domainConstraints.alter(ofDomain(before), ofDomain(after)),
    partOf: (entry, index) => domainConstraints.partOf(ofDomain(entry), index),
    madeWith: (entry, sides) => domainConstraints.madeWith(ofDomain(entry), sides),
  } satisfies KindRules<"constraints">,
};

export type RuledKind = keyof typeof rules;
export const ruledKinds = Object.keys(rules) as readonly RuledKind[];

export function rulesOf(kind: string): KindRules<RuledKind> {
  return rules[kind as RuledKind] as unknown as KindRules<RuledKind>;
}

/** The part of a catalog that the rules under test are about. */
export function ruledPart(catalog: Catalog): Catalog {
  const lists = Object.entries(catalog).map(([kind, value]) => {
    const kept = kind in rules || !Array.isArray(value) || kind === "dependencies";
    return [kind, kept ? value : []] as const;
  });
  const part = Object.fromEntries(lists) as unknown as Catalog;
  return { ...part, constraints: part.constraints.filter(({ domain }) => domain !== undefined) };
}

export interface RuledPlan {
  /** What ALTER alone does, object by object. */
  readonly altered: readonly string[];
  readonly replaced: readonly ObjectKey[];
  /** All of it in an order that works: what goes, what comes, what is altered. */
  readonly statements: readonly string[];
}

/**
 * The simplest core the rules can have: what goes goes, what comes comes, the rest is altered. Only what an altered
 * object had needed goes behind that.
 */
export function planByRules(from: Catalog, to: Catalog): RuledPlan {
  const sides: Sides = { before: indexCatalog(from), after: indexCatalog(to), madeAnew: new Set() };
  const altered = new Map<ObjectKey, readonly string[]>();
  const [gone, made] = [new Set<ObjectKey>(), new Set<ObjectKey>()];
  const replaced: ObjectKey[] = [];
  const ruled = [from, to].flatMap((catalog) => [...indexCatalog(ruledPart(catalog)).entries.keys()]);
  for (const key of new Set(ruled)) {
    const [before, after] = [counted(sides.before, key), counted(sides.after, key)];
    if (before === undefined && after === undefined) continue;
    if (before === undefined) made.add(key);
    else if (after === undefined) gone.add(key);
    else if (JSON.stringify(before.entry) !== JSON.stringify(after.entry)) {
      const statements = rulesOf(after.kind).alter(before.entry as never, after.entry as never, sides);
      if (statements === "replace") replaced.push(key);
      else altered.set(key, statements);
    }
  }
  takeAlong(replaced, { ruled: new Set(ruled), gone, made, altered }, sides);
  const late = neededByAltered(altered, sides.before);
  const drops = inOrder(gone, sides.before).reverse();
  return {
    altered: [...altered.values()].flat(),
    replaced,
    statements: [
      ...drops.filter((key) => !late.has(key)).flatMap((key) => dropOf(key, gone, sides)),
      ...inOrder(made, sides.after).flatMap((key) => createOf(key, made, sides)),
      ...[...altered.values()].flat(),
      ...drops.filter((key) => late.has(key)).flatMap((key) => dropOf(key, gone, sides)),
    ],
  };
}

function neededByAltered(altered: ReadonlyMap<ObjectKey, unknown>, before: CatalogIndex): ReadonlySet<ObjectKey> {
  const needed = new Set<ObjectKey>();
  const queue = [...altered.keys()];
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    for (const need of before.needsOf(key)) {
      if (needed.has(need)) continue;
      needed.add(need);
      queue.push(need);
    }
  }
  return needed;
}

function counted(index: CatalogIndex, key: ObjectKey): DiffEntry | undefined {
  const found = index.entries.get(key);
  return found !== undefined && "implied" in found.entry && found.entry.implied ? undefined : found;
}

interface Fates {
  readonly ruled: ReadonlySet<ObjectKey>;
  readonly gone: Set<ObjectKey>;
  readonly made: Set<ObjectKey>;
  readonly altered: Map<ObjectKey, readonly string[]>;
}

/** What depends on something replaced is replaced too. */
function takeAlong(
  replaced: readonly ObjectKey[],
  { ruled, gone, made, altered }: Fates,
  { before, after }: Sides,
): void {
  const queue = [...replaced];
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    altered.delete(key);
    gone.add(key);
    if (counted(after, key) !== undefined) made.add(key);
    const dependents = before.dependentsOf(key).filter((other) => ruled.has(other) && !gone.has(other));
    queue.push(...dependents.filter((other) => counted(before, other) !== undefined));
  }
}

/** What others need comes before them. Two that need each other belong together, and one of them speaks for both. */
function inOrder(keys: ReadonlySet<ObjectKey>, index: CatalogIndex): ObjectKey[] {
  const ordered = new Set<ObjectKey>();
  const open = new Set<ObjectKey>();
  const visit = (key: ObjectKey) => {
    if (open.has(key) || ordered.has(key)) return;
    open.add(key);
    for (const need of index.needsOf(key)) if (keys.has(need)) visit(need);
    for (const part of index.dependentsOf(key)) if (carrierOf(part, index) === key) index.needsOf(part).forEach(visit);
    if (keys.has(key)) ordered.add(key);
  };
  [...keys].sort((a, b) => ruledKinds.indexOf(kindOf(a)) - ruledKinds.indexOf(kindOf(b))).forEach(visit);
  return [...ordered];
}

function kindOf(key: ObjectKey): RuledKind {
  return key.slice(0, key.indexOf(" ")) as RuledKind;
}

function keyOf({ kind, name }: DiffReference): ObjectKey {
  return `${kind} ${name}`;
}

/** The type whose making makes this function. */
function carrierOf(key: ObjectKey, index: CatalogIndex): ObjectKey | undefined {
  const found = index.entries.get(key);
  if (found?.kind !== "functions") return undefined;
  const type = typeOfInputOutput(found.entry as CatalogFunction, index);
  return type === undefined ? undefined : keyOf(type);
}

function dropOf(key: ObjectKey, gone: ReadonlySet<ObjectKey>, sides: Sides): readonly string[] {
  const entry = sides.before.entries.get(key)!;
  const { kind, entry: fields } = entry;
  if (wholesOf(entry, sides.before).some((whole) => gone.has(keyOf(whole)))) return [];
  const rule = rulesOf(kind);
  return rule.drop?.(fields as never, sides.before, sides) ?? [`drop ${rule.named(fields as never)}`];
}

function wholesOf({ kind, entry }: DiffEntry, before: CatalogIndex): readonly DiffReference[] {
  const whole = rulesOf(kind).partOf?.(entry as never, before);
  return whole === undefined ? [] : "kind" in whole ? [whole] : whole;
}

function createOf(key: ObjectKey, made: ReadonlySet<ObjectKey>, sides: Sides): readonly string[] {
  const { kind, entry } = sides.after.entries.get(key)!;
  const maker = rulesOf(kind).madeWith?.(entry as never, sides);
  if (maker !== undefined && made.has(keyOf(maker))) return [];
  return rulesOf(kind).create(entry as never, sides.after, sides);
}

import type { Catalog, CatalogGrant, CatalogKinds, CatalogObject, CatalogReference } from "@confiture/model";
import { type CatalogIndex, keyOf } from "../../../src/diff/catalog-index.js";
import { indexCatalog } from "../../../src/diff/index-catalog.js";
import { commentAndLabelRules } from "../../../src/diff/kinds/comments-and-labels.js";
import { foreignAccessRules } from "../../../src/diff/kinds/foreign-access.js";
import type { KindRules, Sides } from "../../../src/diff/kinds/kind-rules.js";
import { policyAndStatisticsRules } from "../../../src/diff/kinds/policies-and-statistics.js";
import { privilegeRules } from "../../../src/diff/kinds/privileges.js";
import { replicationRules } from "../../../src/diff/kinds/replication.js";
import { triggerAndRuleRules } from "../../../src/diff/kinds/triggers-and-rules.js";
import { resolveAnnotated } from "../../../src/diff/resolve-annotated.js";
import { changeRights } from "../../../src/diff/rights/change-rights.js";
import { grantsNeeded, objectOfGrant } from "../../../src/diff/rights/grants-by-object.js";

/** The rules under test, in an order in which their objects can be made. */
export const annotationRules = {
  ...foreignAccessRules,
  ...policyAndStatisticsRules,
  ...triggerAndRuleRules,
  ...replicationRules,
  ...commentAndLabelRules,
  ...privilegeRules,
};

type RuledKind = keyof typeof annotationRules;

/** The role the tests run as. */
export const maker = "postgres";

const roles = ["confiture_app", "confiture_clerk", '"Confiture Reader"'];

/** A role belongs to all databases of a server, and others make it at the same time. */
export const createRoles = roles
  .map(
    (role) => `do $$ begin create role ${role}; exception when duplicate_object or unique_violation then null; end $$;`,
  )
  .join("\n");

const kinds = Object.keys(annotationRules) as readonly RuledKind[];

/**
 * What the rules say to lead from one catalog to another: everything dropped, then altered, then made, then owners and
 * rights. Objects of other kinds are taken to be as they are to be.
 * @param rights all of an object's at once, or each grant by its own rules.
 */
export function statementsBetween(
  before: Catalog,
  after: Catalog,
  rights: "by object" | "by grant" = "by object",
): readonly string[] {
  const sides = { before: indexCatalog(before), after: indexCatalog(after) };
  const changes = kinds.filter((kind) => kind !== "grants").map((kind) => changesOfKind(kind, sides));
  return [
    ...changes.toReversed().flatMap(({ drop }) => drop),
    ...changes.flatMap(({ alter }) => alter),
    ...changes.flatMap(({ create }) => create),
    ...changes.flatMap(({ own }) => own),
    ...(rights === "by object" ? changedRights(sides) : changedGrants(sides)),
  ];
}

/** Each grant behind the one that allows it, and taken back before that. */
function changedGrants(sides: Sides): readonly string[] {
  const order = ({ before, after }: Sides) =>
    [after, before].flatMap((index) => {
      const depth = (grant: CatalogGrant): number =>
        grantsNeeded(grant, index).reduce((most, one) => Math.max(most, depth(one) + 1), 0);
      return [...index.catalog.grants].sort((a, b) => depth(a) - depth(b)).map(({ name }) => name);
    });
  const names = new Set(order(sides));
  const { grants } = privilegeRules;
  const [drop, rest] = [[] as string[], [] as string[]];
  for (const name of names) {
    const [was, is] = [sides.before.find("grants", name), sides.after.find("grants", name)];
    const altered = was !== undefined && is !== undefined ? grants.alter(was, is, sides) : "replace";
    if (altered !== "replace") {
      rest.push(...(JSON.stringify(was) === JSON.stringify(is) ? [] : altered));
      continue;
    }
    if (was !== undefined) drop.unshift(...grants.drop(was, sides.before, sides));
    if (is !== undefined) rest.push(...grants.create(is, sides.after, sides));
  }
  return [...drop, ...rest];
}

/** Every object's rights at once, as the diff will have it. */
function changedRights(sides: Sides): readonly string[] {
  const objects = new Map<string, CatalogReference | undefined>();
  for (const side of [sides.before, sides.after]) {
    for (const grant of side.catalog.grants) {
      const object = objectOfGrant(grant, side);
      objects.set(object === undefined ? "" : keyOf(object), object);
    }
  }
  return [...objects.values()]
    .filter((object) => object === undefined || sides.after.entries.has(keyOf(object)))
    .flatMap((object) => changeRights(object, sides, { isNew: () => false }));
}

interface Changes {
  readonly drop: readonly string[];
  readonly alter: readonly string[];
  readonly create: readonly string[];
  readonly own: readonly string[];
}

function changesOfKind(kind: RuledKind, sides: Sides): Changes {
  const rules = annotationRules[kind] as unknown as KindRules<RuledKind>;
  const [old, wanted] = [sides.before, sides.after].map((side) => entriesOf(kind, side)) as [Entries, Entries];
  const changes = { drop: [] as string[], alter: [] as string[], create: [] as string[], own: [] as string[] };
  for (const [name, entry] of old) {
    const after = wanted.get(name);
    const altered = after === undefined ? "replace" : rules.alter(entry as never, after as never, sides);
    if (altered !== "replace") {
      changes.alter.push(...altered);
      continue;
    }
    if (!wentWithItsObject(entry, sides.after))
      changes.drop.push(
        ...(rules.drop?.(entry as never, sides.before, sides) ?? [`drop ${rules.named(entry as never)}`]),
      );
    if (after !== undefined) changes.create.push(...rules.create(after as never, sides.after, sides));
  }
  for (const [name, entry] of wanted) {
    if (!old.has(name)) changes.create.push(...rules.create(entry as never, sides.after, sides));
    const [was, is] = [old.get(name), entry].map((one) => (one as { readonly owner?: string } | undefined)?.owner);
    if (is !== undefined && is !== (was ?? maker))
      changes.own.push(`alter ${rules.named(entry as never)} owner to ${is}`);
  }
  return changes;
}

type Entries = ReadonlyMap<string, CatalogObject>;

function entriesOf(kind: keyof CatalogKinds, { catalog }: CatalogIndex): Entries {
  return new Map((catalog[kind] as readonly CatalogObject[]).map((entry) => [entry.name, entry]));
}

function wentWithItsObject(
  entry: CatalogObject & { readonly on?: CatalogKinds["comments"]["on"] },
  after: CatalogIndex,
) {
  return entry.on !== undefined && resolveAnnotated(entry.on, after) === undefined;
}

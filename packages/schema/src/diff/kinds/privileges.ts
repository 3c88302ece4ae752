import type { AnnotatedObject, CatalogDefaultPrivilege, CatalogGrant } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { annotatedCandidates, resolveAnnotated } from "../resolve-annotated.js";
import { bringRights } from "../rights/bring-rights.js";
import { grantsNeeded, grantsOn, objectOfGrant, ownerOf } from "../rights/grants-by-object.js";
import {
  carrierOf,
  combineShares,
  comparePrivileges,
  type HeldPrivileges,
  type Holding,
  heldPrivileges,
  holdingOf,
  keyOfHolding,
  usualAsSaid,
  usualOn,
} from "../rights/holding.js";
import { type RightsVerb, sayVerb, verbTowards } from "../rights/say-rights.js";
import { grantedWords } from "./annotated-words.js";
import type { KindRules, Sides } from "./kind-rules.js";

/**
 * Rights, one entry at a time. All that is granted on one object goes together through `changeRights`, which knows what
 * one grant does to another; here the others are taken to be as they are to be.
 */
export const privilegeRules = {
  grants: {
    named: ({ on, grantee }) => `privileges on ${grantedWords(on)} of ${grantee}`,
    create: (entry, _, sides) => changeGrant(undefined, entry, sides),
    drop: (entry, _, sides) => changeGrant(entry, undefined, sides),
    alter(before, after, sides) {
      const owners = [ownerOf(before.on, sides.before), ownerOf(after.on, sides.after)];
      // Of an owner it says what he lacks, of anybody else what he has.
      if (owners[0] !== owners[1] && owners.includes(after.grantee)) return "replace";
      return changeGrant(before, after, sides);
    },
    partOf: ({ on }) => annotatedCandidates(on),
    // A new object comes with its rights, from those it is born with to those it is to have.
    madeWith: (entry, { after }) => objectOfGrant(entry, after),
  },
  defaultPrivileges: {
    named: (entry) => defaultsOf(entry),
    create: (entry) => changeDefaults(entry, undefined, defaultsHeld(entry)),
    drop: (entry) => changeDefaults(entry, defaultsHeld(entry), undefined),
    alter: (before, after) => changeDefaults(after, defaultsHeld(before), defaultsHeld(after)),
    partOf: ({ schema }) => (schema === undefined ? undefined : { kind: "schemas", name: schema }),
  },
} satisfies { [Kind in "grants" | "defaultPrivileges"]: KindRules<Kind> };

function changeGrant(
  before: CatalogGrant | undefined,
  after: CatalogGrant | undefined,
  sides: Sides,
): readonly string[] {
  const entry = (after ?? before) as CatalogGrant;
  const others = holdingsBeside(entry, sides);
  const own = (grant: CatalogGrant | undefined, index: CatalogIndex) =>
    grant === undefined ? [] : [holdingOf(grant, ownerOf(grant.on, index))];
  return bringRights([...others, ...own(before, sides.before)], [...others, ...own(after, sides.after)]);
}

/** What else is held on the object, as it is to be; of the grantor also what he had, for by that he may take back. */
function holdingsBeside(entry: CatalogGrant, { before, after }: Sides): readonly Holding[] {
  const isBeside = ({ name, on }: CatalogGrant) =>
    name !== entry.name && carrierOf(on) === carrierOf(entry.on) && !isNewColumn(on, before);
  const groups = new Map<string, Holding[]>();
  const add = (grants: readonly CatalogGrant[], index: CatalogIndex) => {
    for (const grant of grants.filter(isBeside)) {
      const holding = holdingOf(grant, ownerOf(grant.on, index));
      const key = keyOfHolding(holding);
      groups.set(key, [...(groups.get(key) ?? []), holding]);
    }
  };
  add(grantsOn(objectOfGrant(entry, after), after), after);
  add(grantsNeeded(entry, before), before);
  return [...groups.values()].map((group) => ({ ...(group[0] as Holding), privileges: combineHoldings(group) }));
}

function isNewColumn(on: AnnotatedObject, before: CatalogIndex): boolean {
  return on.kind === "column" && resolveAnnotated(on, before) === undefined;
}

function combineHoldings(group: readonly Holding[]): HeldPrivileges {
  const usual = usualAsSaid(group);
  return combineShares(
    group.map(({ privileges }) => ({ privileges, unmentioned: usual })),
    usual,
  );
}

function defaultsOf({ role, schema }: CatalogDefaultPrivilege): string {
  return `default privileges for role ${role}${schema === undefined ? "" : ` in schema ${schema}`}`;
}

function defaultsHeld(entry: CatalogDefaultPrivilege): HeldPrivileges {
  const { role, schema, objects, grantee } = entry;
  // Within a schema nothing is usual: these come on top of those without one.
  return heldPrivileges(entry, schema === undefined ? usualOn(oneOf[objects], grantee, role) : () => 0);
}

const oneOf: Readonly<Record<CatalogDefaultPrivilege["objects"], AnnotatedObject>> = {
  tables: { kind: "table", name: "" },
  sequences: { kind: "sequence", name: "" },
  functions: { kind: "function", name: "" },
  types: { kind: "type", name: "" },
  schemas: { kind: "schema", name: "" },
  "large objects": { kind: "large object", name: "" },
};

function changeDefaults(
  entry: CatalogDefaultPrivilege,
  now: HeldPrivileges | undefined,
  wanted: HeldPrivileges | undefined,
): readonly string[] {
  const verbs = new Map<RightsVerb, string[]>();
  for (const change of comparePrivileges(now, wanted)) {
    if (change.now === change.wanted) continue;
    const verb = verbTowards(change.wanted, change.now);
    verbs.set(verb, [...(verbs.get(verb) ?? []), change.privilege.toLowerCase()]);
  }
  return [...verbs].map(
    ([verb, privileges]) =>
      `alter ${defaultsOf(entry)} ${sayVerb(verb, `${privileges.join(", ")} on ${entry.objects}`, entry.grantee)}`,
  );
}

import type { AnnotatedObject, CatalogDefaultPrivilege, CatalogGrant } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import { bringRights } from "../rights/bring-rights.js";
import { grantsOn, objectOfGrant, ownerOf } from "../rights/grants-by-object.js";
import { comparePrivileges, type HeldPrivileges, heldPrivileges, holdingOf, usualOn } from "../rights/holding.js";
import { type RightsVerb, sayVerb, verbTowards } from "../rights/say-rights.js";
import { grantedWords } from "./annotated-words.js";
import type { KindRules } from "./kind-rules.js";

/**
 * Rights, one entry at a time with all others as they are on that side. Several entries of one object go together through
 * `changeRights`, which knows what one does to another.
 */
export const privilegeRules = {
  grants: {
    named: ({ on, grantee }) => `privileges on ${grantedWords(on)} of ${grantee}`,
    create(entry, after) {
      const all = grantsBeside(entry, after);
      return bringGrants(
        all.filter((grant) => grant !== entry),
        all,
        [after, after],
      );
    },
    drop(entry, before) {
      const all = grantsBeside(entry, before);
      const gone = withGrantsUnder(entry, all);
      return bringGrants(
        all,
        all.filter((grant) => !gone.has(grant)),
        [before, before],
      );
    },
    alter(before, after, sides) {
      const owners = [ownerOf(before.on, sides.before), ownerOf(after.on, sides.after)];
      // Of an owner it says what he lacks, of anybody else what he has.
      if (owners[0] !== owners[1] && owners.includes(after.grantee)) return "replace";
      const all = grantsBeside(before, sides.before);
      return bringGrants(
        all,
        all.map((grant) => (grant === before ? after : grant)),
        [sides.before, sides.after],
      );
    },
  },
  defaultPrivileges: {
    named: (entry) => defaultsOf(entry),
    create: (entry) => changeDefaults(entry, undefined, defaultsHeld(entry)),
    drop: (entry) => changeDefaults(entry, defaultsHeld(entry), undefined),
    alter: (before, after) => changeDefaults(after, defaultsHeld(before), defaultsHeld(after)),
  },
} satisfies { [Kind in "grants" | "defaultPrivileges"]: KindRules<Kind> };

function grantsBeside(entry: CatalogGrant, index: CatalogIndex): readonly CatalogGrant[] {
  return grantsOn(objectOfGrant(entry, index), index);
}

function bringGrants(
  from: readonly CatalogGrant[],
  to: readonly CatalogGrant[],
  [before, after]: readonly [CatalogIndex, CatalogIndex],
): readonly string[] {
  return bringRights(
    from.map((grant) => holdingOf(grant, ownerOf(grant.on, before))),
    to.map((grant) => holdingOf(grant, ownerOf(grant.on, after))),
  );
}

/** With it goes what the grantee granted by it. */
function withGrantsUnder(entry: CatalogGrant, all: readonly CatalogGrant[]): ReadonlySet<CatalogGrant> {
  const gone = new Set([entry]);
  for (const one of gone) {
    for (const grant of all) if (grant.grantor === one.grantee) gone.add(grant);
  }
  return gone;
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

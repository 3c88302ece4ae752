import type { AnnotatedObject, CatalogGrant, CatalogReference } from "@confiture/model";
import { type CatalogIndex, keyOf, type ObjectKey } from "../catalog-index.js";
import type { DiffReference } from "../diff-kinds.js";
import { findRelation, resolveAnnotated } from "../resolve-annotated.js";
import { carrierOf } from "./holding.js";

/**
 * The entry whose grants this one is changed together with: of a column that is its table. `undefined`: no catalog lists
 * it, it is the server's own or an extension's.
 */
export function objectOfGrant({ on }: CatalogGrant, index: CatalogIndex): CatalogReference | undefined {
  return wholeOf(resolveAnnotated(on, index), index);
}

/** Everything granted on one object, on its columns and on what has no entry of its own. */
export function grantsOn(object: DiffReference | undefined, index: CatalogIndex): readonly CatalogGrant[] {
  const groups = known.get(index) ?? groupGrants(index);
  known.set(index, groups);
  return groups.get(object === undefined ? ofOthers : keyOf(object)) ?? [];
}

/** The grants on the same object by which the grantor of this one may make it. None where he is the owner. */
export function grantsNeeded(grant: CatalogGrant, index: CatalogIndex): readonly CatalogGrant[] {
  if (grant.grantor === undefined) return [];
  return grantsOn(objectOfGrant(grant, index), index).filter(
    ({ on, grantee }) => grantee === grant.grantor && carrierOf(on) === carrierOf(grant.on),
  );
}

/** Constructors of a range stay with the role that made them, which no catalog names. */
export function ownerOf(on: AnnotatedObject, index: CatalogIndex): string | undefined {
  const found = resolveAnnotated(on, index);
  if (on.kind === "function" && found?.kind === "types") return undefined;
  const whole = wholeOf(found, index);
  const entry = whole && index.find(whole.kind, whole.name);
  return (entry as { readonly owner?: string } | undefined)?.owner;
}

function wholeOf(found: CatalogReference | undefined, index: CatalogIndex): CatalogReference | undefined {
  if (found?.kind !== "columns") return found;
  return findRelation(index.find("columns", found.name)?.table ?? "", index);
}

const ofOthers = "";

const known = new WeakMap<CatalogIndex, ReadonlyMap<ObjectKey, readonly CatalogGrant[]>>();

function groupGrants(index: CatalogIndex): ReadonlyMap<ObjectKey, readonly CatalogGrant[]> {
  const groups = new Map<ObjectKey, CatalogGrant[]>();
  for (const grant of index.catalog.grants) {
    const object = objectOfGrant(grant, index);
    const key = object === undefined ? ofOthers : keyOf(object);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [grant]);
    else group.push(grant);
  }
  return groups;
}

import type { CatalogDependency, CatalogReference } from "@confiture/model";

/** Where a row stands: `catalog oid subid`, `pg_class 16402 1`. */
export type Address = string;

/** One row of pg_depend: which row, on which row, how. */
type DependencyRow = readonly [
  catalog: string,
  oid: number,
  subid: number,
  neededCatalog: string,
  neededOid: number,
  neededSubid: number,
  type: string,
];

/**
 * What the server keeps of what needs what, as one JSON text. Beside pg_depend, the column each default belongs to: for
 * pg_depend that is one of the columns a generation expression may use.
 */
export const dependenciesText = `(
  select coalesce(json_agg(json_build_array(d.classid::regclass::text, d.objid::bigint, d.objsubid,
           d.refclassid::regclass::text, d.refobjid::bigint, d.refobjsubid, d.deptype)), '[]')::text
  from (
    select classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype::text
    from pg_catalog.pg_depend
    where objid >= 16384
    union all
    select 'pg_catalog.pg_attrdef'::regclass, oid, 0, 'pg_catalog.pg_class'::regclass, adrelid, adnum, 'own'
    from pg_catalog.pg_attrdef
    where oid >= 16384) d)`;

/** A row that is no entry belongs to the one it has such a dependency on, the first kind that it has. */
const belonging = ["own", "i", "e", "P", "a"] as const;

/** Members of a publication depend as much on their table. */
const publicationMembers = new Set(["pg_publication_rel", "pg_publication_namespace"]);

/** @param text what `dependenciesText` gave. @param entries the rows that are entries of the catalog. */
export function resolveDependencies(
  text: string,
  entries: ReadonlyMap<Address, CatalogReference>,
): readonly CatalogDependency[] {
  const rows = JSON.parse(text) as readonly DependencyRow[];
  const owners = ownersOf(rows, entries);
  const found = new Map<string, CatalogDependency>();
  for (const [catalog, oid, subid, neededCatalog, neededOid, neededSubid] of rows) {
    const object = entryOf(`${catalog} ${oid} ${subid}`, entries, owners);
    if (object === undefined) continue;
    const needs = entryOf(`${neededCatalog} ${neededOid} ${neededSubid}`, entries, owners);
    if (needs === undefined || needs === object) continue;
    const key = `${object.kind}\0${object.name}\0${needs.kind}\0${needs.name}`;
    if (!found.has(key)) found.set(key, { object, needs });
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, dependency]) => dependency);
}

/** For each row that is no entry, the row it is a part of. */
function ownersOf(
  rows: readonly DependencyRow[],
  entries: ReadonlyMap<Address, CatalogReference>,
): ReadonlyMap<Address, Address> {
  const owners = new Map<Address, { readonly owner: Address; readonly rank: number }>();
  for (const [catalog, oid, subid, neededCatalog, neededOid, neededSubid, type] of rows) {
    const part = `${catalog} ${oid} ${subid}`;
    if (entries.has(part)) continue;
    if (publicationMembers.has(catalog) && neededCatalog !== "pg_publication") continue;
    const rank = (belonging as readonly string[]).indexOf(type);
    if (rank < 0 || rank >= (owners.get(part)?.rank ?? Number.POSITIVE_INFINITY)) continue;
    owners.set(part, { owner: `${neededCatalog} ${neededOid} ${neededSubid}`, rank });
  }
  return new Map([...owners].map(([part, { owner }]) => [part, owner]));
}

/** Parts of parts are few steps from an entry; a row type is a part of its table, its array type of the row type. */
function entryOf(
  address: Address,
  entries: ReadonlyMap<Address, CatalogReference>,
  owners: ReadonlyMap<Address, Address>,
): CatalogReference | undefined {
  let at: Address | undefined = address;
  for (let steps = 0; at !== undefined && steps < 8; steps += 1) {
    const entry = entries.get(at);
    if (entry !== undefined) return entry;
    const whole: Address = at.replace(/ \d+$/, " 0");
    at = owners.get(at) ?? (whole === at ? undefined : whole);
  }
  return undefined;
}

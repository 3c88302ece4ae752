import type { AnnotatedObject, CatalogDefaultPrivilege } from "@confiture/model";
import type { CatalogIndex } from "../catalog-index.js";
import type { DiffReference } from "../diff-kinds.js";
import {
  combineShares,
  type HeldPrivilege,
  type HeldPrivileges,
  type Holding,
  heldPrivileges,
  type Share,
  type Usual,
  usualOn,
} from "./holding.js";

/** Something that gets privileges the moment it is made, as `ALTER DEFAULT PRIVILEGES` wants them. */
export interface BornObject {
  readonly on: AnnotatedObject;
  readonly objects: CatalogDefaultPrivilege["objects"];
  /** Absent for a schema. */
  readonly schema?: string;
}

/** The entry itself, and what has no entry of its own and is made with it: constructors of ranges, sequences of identity columns. */
export function bornWith(object: DiffReference, index: CatalogIndex): readonly BornObject[] {
  const { kind, name } = object;
  const entry = index.find(kind, name) as { readonly schema?: string } | undefined;
  const schema = entry?.schema === undefined ? {} : { schema: entry.schema };
  const born = (word: string, objects: BornObject["objects"]): BornObject => ({
    on: { kind: word, name },
    objects,
    ...schema,
  });
  switch (kind) {
    case "tables":
      return [born("table", "tables")];
    case "foreignTables":
      return [born("foreign table", "tables")];
    case "views":
      return [born("view", "tables")];
    case "materializedViews":
      return [born("materialized view", "tables")];
    case "sequences":
      return [born("sequence", "sequences")];
    case "columns":
      return identitySequence(name, index);
    case "functions":
      return [born(index.find("functions", name)?.kind === "procedure" ? "procedure" : "function", "functions")];
    case "aggregates":
      return [born("aggregate", "functions")];
    case "types":
      // A type that is only declared has no privileges yet.
      if (index.find("types", name)?.kind === "shell type") return [];
      return [born("type", "types"), ...rangeConstructors(name, index)];
    case "schemas":
      return [{ on: { kind: "schema", name }, objects: "schemas" }];
    default:
      return [];
  }
}

function identitySequence(column: string, index: CatalogIndex): readonly BornObject[] {
  const { identity, table = "" } = index.find("columns", column) ?? {};
  const schema = index.find("tables", table)?.schema;
  if (identity === undefined || schema === undefined) return [];
  return [{ on: { kind: "sequence", name: identity.sequence }, objects: "sequences", schema }];
}

function rangeConstructors(name: string, index: CatalogIndex): readonly BornObject[] {
  const type = index.find("types", name);
  if (type?.kind !== "range") return [];
  const { schema, subtype, multirange } = type;
  const ofMultirange =
    multirange === undefined ? [] : [`${multirange}()`, `${multirange}(${name})`, `${multirange}(${name}[])`];
  return [`${name}(${subtype},${subtype})`, `${name}(${subtype},${subtype},text)`, ...ofMultirange].map(
    (signature) => ({
      on: { kind: "function", name: signature },
      objects: "functions",
      schema,
    }),
  );
}

/** What everybody has on it the moment `maker` has made it, by the default privileges on this side. */
export function bornRights(born: BornObject, maker: string, index: CatalogIndex): readonly Holding[] {
  const { on, objects, schema } = born;
  const isPublic = on.kind === "schema" && on.name === "public";
  const given = index.catalog.defaultPrivileges.filter(
    (entry) => entry.role === maker && entry.objects === objects && (entry.schema ?? schema) === schema,
  );
  const grantees = new Set([...given.map(({ grantee }) => grantee), ...(isPublic ? ["PUBLIC"] : [])]);
  return [...grantees].map((grantee) => {
    const lacked = isPublic && grantee === "PUBLIC" ? lackedByNewPublic(index) : new Map<string, HeldPrivilege>();
    const usual = usualOn(on, grantee, maker);
    const own = given.filter((entry) => entry.grantee === grantee).map((entry) => shareOf(entry, usual));
    // Those of a schema come on top of those of no schema, or of what is usual where there are none.
    const isReplaced = given.some((entry) => entry.grantee === grantee && entry.schema === undefined);
    const byItself: Share = { privileges: lacked, unmentioned: isReplaced ? () => 0 : usual };
    const privileges = combineShares([byItself, ...own], (name) => lacked.get(name)?.usual ?? usual(name));
    return { on, grantee, grantor: undefined, privileges };
  });
}

function shareOf(entry: CatalogDefaultPrivilege, usual: Usual): Share {
  return { privileges: heldPrivileges(entry, usual), unmentioned: entry.schema === undefined ? usual : () => 0 };
}

/** A `public` that was made anew is a schema like any other, and is measured by the one that every database is born with. */
function lackedByNewPublic({ catalog }: CatalogIndex): HeldPrivileges {
  const names = catalog.serverVersion < 150_000 ? ["CREATE", "USAGE"] : ["USAGE"];
  return new Map(names.map((name) => [name, { level: 0, usual: 1 }]));
}

import { quoteLiteral } from "@confiture/sql";
import { aclText, usualAcl } from "./acl-text.js";
import { annotations } from "./annotations.js";
import { columnText } from "./column-text.js";
import { observationSets } from "./observation-sets.js";
import type { ObservedCatalog } from "./observed-catalog.js";
import { aclFact, ownerFact } from "./observed-object.js";
import { otherCatalogs } from "./other-catalogs.js";
import { relationCatalogs } from "./relation-catalogs.js";
import { tablePartCatalogs } from "./table-part-catalogs.js";
import { typeAndRoutineCatalogs } from "./type-and-routine-catalogs.js";

export const observedCatalogs: readonly ObservedCatalog[] = [
  ...relationCatalogs,
  ...tablePartCatalogs,
  ...typeAndRoutineCatalogs,
  ...otherCatalogs,
];

/** A column that this server's catalog has. */
export interface ServerColumn {
  readonly catalog: string;
  readonly column: string;
  readonly type: string;
  /** Whether this role may read it. */
  readonly readable: boolean;
}

export interface Observation {
  /** Major. */
  readonly version: number;
  readonly columns: readonly ServerColumn[];
  readonly exclude: readonly string[];
}

/** One row an object: what PostgreSQL calls it, and all that is known of it as a JSON list of objects of facts. */
export function observationQuery({ version, columns, exclude }: Observation): string {
  const catalogs = observedCatalogs.filter(({ since = 13 }) => version >= since);
  const structure = catalogs.map((catalog) => factsQuery(catalog, version, columnsOf(catalog, columns)));
  return `
  with recursive ${observationSets(exclude)},
  structure (classid, objid, objsubid, facts) as materialized (
    ${structure.join("\n    union all\n    ")}
  ),
  everything as (
    select s.classid, s.objid, s.objsubid, s.facts from structure s
    ${annotations(version, catalogs)
      .map((query) => `union all ${query}`)
      .join("\n    ")}
  )
  select i.type as kind, i.identity, o.facts::text as facts
  from (
    select e.classid, e.objid, e.objsubid, json_agg(e.facts) as facts
    from everything e
    group by e.classid, e.objid, e.objsubid) o
  cross join lateral pg_identify_object(o.classid, o.objid, o.objsubid) i`;
}

function columnsOf({ catalog }: ObservedCatalog, columns: readonly ServerColumn[]): readonly ServerColumn[] {
  return columns.filter((column) => column.catalog === catalog);
}

function factsQuery(rules: ObservedCatalog, version: number, columns: readonly ServerColumn[]): string {
  const oidIsReadable = columns.some(({ column, readable }) => column === "oid" && readable);
  const oid = oidIsReadable ? "x.oid" : (rules.oidElsewhere ?? "x.oid");
  const [classid, objid, objsubid] = rules.about ?? [`'${rules.catalog}'::regclass`, oid, "0"];
  const facts = factsOf(rules, version, columns).map(([name, sql]) => `${quoteLiteral(name)}, ${sql}`);
  return `select (${classid})::oid, (${objid})::oid, (${objsubid})::integer,
      json_strip_nulls(json_build_object(${facts.join(",\n        ")}))
    from ${rules.catalog} x
    where ${rules.where}`;
}

function factsOf(
  rules: ObservedCatalog,
  version: number,
  columns: readonly ServerColumn[],
): readonly (readonly [name: string, sql: string])[] {
  const { owner, acl, asked = {}, leftOut } = rules;
  const own = columns
    .filter(({ column }) => column !== owner && column !== acl?.column && leftOut[column] === undefined)
    .map(
      ({ column, type, readable }) =>
        [column, readable ? columnText(column, type, rules) : "'(not readable)'"] as const,
    );
  const special = Object.entries(asked).flatMap(([name, question]) => {
    if (typeof question === "string") return [[name, question] as const];
    return version >= question.since ? [[name, question.sql] as const] : [];
  });
  return [
    ...own,
    ...special,
    ...(owner === undefined ? [] : [[ownerFact, `pg_get_userbyid(x.${owner})::text`] as const]),
    ...(acl === undefined ? [] : [[aclFact, ownAcl(acl, owner)] as const]),
  ];
}

function ownAcl(acl: NonNullable<ObservedCatalog["acl"]>, owner: string | undefined): string {
  const role = acl.owner ?? `x.${owner}`;
  return aclText(`x.${acl.column}`, role, usualAcl(acl.kind, role));
}

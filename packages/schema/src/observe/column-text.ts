import { ConfitureError } from "@confiture/model";

/** What an oid in a catalog's column points at. */
export type Target =
  | "relation"
  | "type"
  | "routine"
  | "operator"
  | "schema"
  | "role"
  | "collation"
  | "tablespace"
  /** Any other catalog, by its name: the object is called what PostgreSQL calls it. */
  | `pg_${string}`;

const spelled: Readonly<Record<string, (oid: string) => string>> = {
  relation: (oid) => `${oid}::regclass::text`,
  type: (oid) => `${oid}::regtype::text`,
  routine: (oid) => `${oid}::regprocedure::text`,
  operator: (oid) => `${oid}::regoperator::text`,
  schema: (oid) => `${oid}::regnamespace::text`,
  collation: (oid) => `${oid}::regcollation::text`,
  tablespace: (oid) => `(select place.spcname::text from pg_tablespace place where place.oid = ${oid})`,
};

/** An oid as a name; null for 0, which for a role means everybody. */
export function nameOf(target: Target, oid: string): string {
  if (target === "role") return `case ${oid} when 0 then 'PUBLIC' else pg_get_userbyid(${oid})::text end`;
  const text =
    spelled[target]?.(oid) ?? `(select i.identity from pg_identify_object('${target}'::regclass, ${oid}, 0) i)`;
  return `case when ${oid} <> 0 then ${text} end`;
}

/** How the columns of one catalog are put into text. */
export interface ColumnRules {
  readonly refers?: Readonly<Record<string, Target>>;
  /** Columns of attribute numbers, each with the relation they are of. */
  readonly numbers?: Readonly<Record<string, string>>;
  /** Columns of parse trees, each with the relation its variables are of (`0`: none). */
  readonly expressions?: Readonly<Record<string, string>>;
  /** Lists whose order says nothing. */
  readonly unordered?: readonly string[];
  /** Lists of options `name=value`: no order, and no secrets. */
  readonly options?: readonly string[];
}

/** SQL for one column of the row `x`, by its type: `relowner`, `oid`. Every type a catalog has is known here, or refused. */
export function columnText(column: string, type: string, rules: ColumnRules): string {
  const value = `x.${column}`;
  const ordered = !(rules.unordered ?? []).includes(column);
  if (rules.options?.includes(column)) return optionsText(value);
  switch (type) {
    case "oid":
      return nameOf(targetOf(column, rules), value);
    case "regproc":
      return nameOf("routine", `${value}::oid`);
    case "oidvector":
    case "oid[]":
      return listText(`${value}::oid[]`, (oid) => nameOf(targetOf(column, rules), oid), ordered);
    case "int2vector":
    case "smallint[]":
      return listText(`${value}::smallint[]`, attributeName(rules.numbers?.[column] ?? known(column, type)), ordered);
    case "text[]":
    case '"char"[]':
      return listText(`${value}::text[]`, (item) => item, ordered);
    case "pg_node_tree":
      return `pg_get_expr(${value}, ${rules.expressions?.[column] ?? known(column, type)})`;
    case "bytea":
      return `encode(${value}, 'hex')`;
    case '"char"':
    case "name":
    case "text":
    case "boolean":
    case "smallint":
    case "integer":
    case "bigint":
    case "real":
      return `${value}::text`;
    default:
      return known(column, type);
  }
}

function attributeName(relation: string): (number: string) => string {
  return (number) => `coalesce(
    (select a.attname::text from pg_attribute a where a.attrelid = ${relation} and a.attnum = ${number}), ${number}::text)`;
}

function listText(list: string, text: (item: string) => string, ordered: boolean): string {
  const order = ordered ? "u.place" : `(${text("u.item")}) collate "C"`;
  return `case when ${list} is not null then (
    select json_agg(${text("u.item")} order by ${order})::text
    from unnest(${list}) with ordinality u (item, place)) end`;
}

/** What may let somebody in is not looked at, only that it is there. */
const tellsSecret = `(u.item ~* '^[^=]*(passw|passphrase|pwd|secret|token|credential|private|auth|api_?key|access_?key|ssl_?key)'
  or u.item ~ '[a-z]://[^/@ ]*:[^/@ ]*@')`;

function optionsText(value: string): string {
  return listText(
    `${value}::text[]`,
    (item) => `case when ${tellsSecret} then split_part(${item}, '=', 1) || '=(not looked at)' else ${item} end`,
    false,
  );
}

function targetOf(column: string, rules: ColumnRules): Target {
  return rules.refers?.[column] ?? known(column, "oid");
}

/** A column nobody foresaw must not be passed over: a server of this version has it, and it may be schema. */
function known(column: string, type: string): never {
  throw new ConfitureError("CONFITURE_DEFECT", `The observer does not know what to make of ${column} (${type}).`);
}

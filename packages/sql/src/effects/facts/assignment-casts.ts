// Read from pg_cast of PostgreSQL 13 and 18; test/effects/facts/assignment-casts.db.test.ts compares it with each server.

const integers = "int2 int4 int8";
const numbers = `${integers} numeric float4 float8`;
const objectIds = "regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure";
const registered = `${objectIds} regrole regtype`;
const texts = "bpchar text varchar";

/** Built-in types by `pg_type.typname`, and what their values become when they are assigned, without a cast in words. */
const targets: Readonly<Record<string, string>> = {
  bit: "bit varbit",
  bool: texts,
  box: "polygon",
  bpchar: `${texts} char name`,
  char: texts,
  cidr: `${texts} inet`,
  date: "timestamp timestamptz",
  float4: numbers,
  float8: numbers,
  inet: `${texts} cidr`,
  int2: `${numbers} oid ${registered}`,
  int4: `${numbers} money oid ${registered}`,
  int8: `${numbers} money oid ${registered}`,
  interval: "interval time",
  json: "jsonb",
  jsonb: "json",
  macaddr: "macaddr8",
  macaddr8: "macaddr",
  money: "numeric",
  name: texts,
  numeric: `${numbers} money`,
  oid: `int4 int8 ${registered}`,
  path: "polygon",
  pg_dependencies: "bytea text",
  pg_mcv_list: "bytea text",
  pg_ndistinct: "bytea text",
  pg_node_tree: "text",
  point: "box",
  polygon: "path",
  ...Object.fromEntries(registered.split(" ").map((type) => [type, "int4 int8 oid"])),
  regoper: "int4 int8 oid regoperator",
  regoperator: "int4 int8 oid regoper",
  regproc: "int4 int8 oid regprocedure",
  regprocedure: "int4 int8 oid regproc",
  text: `${texts} char name regclass`,
  time: "interval time timetz",
  timestamp: "date time timestamp timestamptz",
  timestamptz: "date time timestamp timestamptz timetz",
  timetz: "time timetz",
  varbit: "bit varbit",
  varchar: `${texts} char name regclass`,
  xml: texts,
};

/** Pairs of different types, `source>target`, of which PostgreSQL makes the one of the other by assignment or implicitly. */
export const assignmentCasts: ReadonlySet<string> = new Set(
  Object.entries(targets).flatMap(([source, all]) =>
    all.split(" ").flatMap((target) => (target === source ? [] : `${source}>${target}`)),
  ),
);

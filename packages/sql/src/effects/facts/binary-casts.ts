// Read from pg_cast of PostgreSQL 13 and 18; test/effects/facts/binary-casts.db.test.ts compares it with each server.

const registered = [
  "regproc",
  "regprocedure",
  "regoper",
  "regoperator",
  "regclass",
  "regcollation",
  "regtype",
  "regconfig",
  "regdictionary",
  "regrole",
  "regnamespace",
] as const;

/** Built-in casts WITHOUT FUNCTION, source and target by `pg_type.typname`: the bytes stay as they are. */
export const binaryCasts: ReadonlySet<string> = new Set([
  "int4>oid",
  "oid>int4",
  ...registered.flatMap((type) => [`oid>${type}`, `${type}>oid`, `int4>${type}`, `${type}>int4`]),
  "regproc>regprocedure",
  "regprocedure>regproc",
  "regoper>regoperator",
  "regoperator>regoper",
  "text>bpchar",
  "text>varchar",
  "varchar>text",
  "varchar>bpchar",
  "pg_node_tree>text",
  "pg_ndistinct>bytea",
  "pg_dependencies>bytea",
  "pg_mcv_list>bytea",
  "cidr>inet",
  "bit>varbit",
  "varbit>bit",
  "xml>text",
  "xml>varchar",
  "xml>bpchar",
]);

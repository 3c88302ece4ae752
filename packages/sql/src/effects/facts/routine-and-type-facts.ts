import { breaks, depends, type OperationFacts, works } from "./operation-row.js";

const gone = breaks("code that names it fails");
const renamed = breaks("code that uses the old name fails");
const mayFail = depends("code that writes what it forbids fails");
const mayComeIn = depends("code that reads may meet what it kept out");

export const routineAndTypeFacts = {
  create_type: {
    form: "CREATE TYPE",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create type made as enum ('a')" },
  },
  drop_type: {
    form: "DROP TYPE",
    reversible: "without_data",
    compatibility: gone,
    probe: { sql: "drop type probe_enum" },
  },
  rename_type: {
    form: "ALTER TYPE … RENAME TO",
    reversible: "yes",
    compatibility: renamed,
    probe: { sql: "alter type probe_enum rename to renamed" },
  },
  add_enum_value: {
    form: "ALTER TYPE … ADD VALUE",
    reversible: "no",
    compatibility: depends("code that lists the values meets one that it does not know"),
    probe: { sql: "alter type probe_enum add value 'c'" },
  },
  rename_enum_value: {
    form: "ALTER TYPE … RENAME VALUE",
    reversible: "yes",
    compatibility: breaks("code that writes the old value, or compares with it, fails"),
    probe: { sql: "alter type probe_enum rename value 'a' to 'z'" },
  },
  add_attribute: {
    form: "ALTER TYPE … ADD ATTRIBUTE",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: depends("code that builds its values, or takes them apart, meets one attribute more"),
    probe: { sql: "alter type probe_pair add attribute z int cascade", on: "probe_pair" },
  },
  drop_attribute: {
    form: "ALTER TYPE … DROP ATTRIBUTE",
    lock: "AccessExclusiveLock",
    reversible: "without_data",
    compatibility: breaks("code that names the attribute, or builds values with it, fails"),
    probe: { sql: "alter type probe_pair drop attribute y cascade", on: "probe_pair" },
  },
  alter_attribute_type: {
    form: "ALTER TYPE … ALTER ATTRIBUTE … TYPE",
    lock: "AccessExclusiveLock",
    reversible: "without_data",
    compatibility: depends("code that relies on the old type fails"),
    probe: { sql: "alter type probe_pair alter attribute y type bigint cascade", on: "probe_pair" },
  },
  rename_attribute: {
    form: "ALTER TYPE … RENAME ATTRIBUTE",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: breaks("code that uses the old name fails"),
    probe: { sql: "alter type probe_pair rename attribute y to z cascade", on: "probe_pair" },
  },
  alter_type: {
    form: "ALTER TYPE … SET (…)",
    reversible: "yes",
    compatibility: works,
    probe: {
      setup: [
        "create type made",
        "create function made_in(cstring) returns made language internal immutable strict as 'int4in'",
        "create function made_out(made) returns cstring language internal immutable strict as 'int4out'",
        "create type made (input = made_in, output = made_out, like = int)",
      ],
      sql: "alter type made set (receive = none)",
    },
  },
  create_domain: {
    form: "CREATE DOMAIN",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create domain made as int check (value > 0)" },
  },
  drop_domain: {
    form: "DROP DOMAIN",
    reversible: "without_data",
    compatibility: gone,
    probe: { setup: ["create domain made as int"], sql: "drop domain made" },
  },
  rename_domain: {
    form: "ALTER DOMAIN … RENAME TO",
    reversible: "yes",
    compatibility: renamed,
    probe: { sql: "alter domain probe_domain rename to renamed" },
  },
  add_domain_constraint: {
    form: "ALTER DOMAIN … ADD CONSTRAINT",
    lock: "ShareLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: { sql: "alter domain probe_domain add constraint made check (value > 0)" },
  },
  validate_domain_constraint: {
    form: "ALTER DOMAIN … VALIDATE CONSTRAINT",
    lock: "ShareLock",
    reversible: "yes",
    compatibility: works,
    probe: {
      setup: ["alter domain probe_domain add constraint made check (value > 0) not valid"],
      sql: "alter domain probe_domain validate constraint made",
    },
  },
  drop_domain_constraint: {
    form: "ALTER DOMAIN … DROP CONSTRAINT",
    reversible: "yes",
    compatibility: mayComeIn,
    probe: {
      setup: ["alter domain probe_domain add constraint made check (value > 0)"],
      sql: "alter domain probe_domain drop constraint made",
    },
  },
  set_domain_not_null: {
    form: "ALTER DOMAIN … SET NOT NULL",
    lock: "ShareLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: { sql: "alter domain probe_domain set not null" },
  },
  drop_domain_not_null: {
    form: "ALTER DOMAIN … DROP NOT NULL",
    reversible: "yes",
    compatibility: mayComeIn,
    probe: { setup: ["alter domain probe_domain set not null"], sql: "alter domain probe_domain drop not null" },
  },
  set_domain_default: {
    form: "ALTER DOMAIN … SET DEFAULT",
    reversible: "yes",
    compatibility: depends("an INSERT that gives no value writes another one"),
    probe: { sql: "alter domain probe_domain set default 1" },
  },
  create_function: {
    form: "CREATE FUNCTION",
    reversible: "yes",
    compatibility: works,
    hazards: ["HasUntrackableDependencies"],
    probe: { sql: "create function made() returns int language plpgsql as 'begin return 1; end'" },
  },
  replace_function: {
    form: "CREATE OR REPLACE FUNCTION",
    reversible: "yes",
    compatibility: depends("callers, triggers and policies among them, get what the new body does"),
    hazards: ["HasUntrackableDependencies"],
    probe: {
      sql: "create or replace function probe_function(int) returns int language sql immutable as 'select $1 + 2'",
    },
  },
  alter_function: {
    form: "ALTER FUNCTION",
    reversible: "yes",
    compatibility: depends("queries that call it may be planned, or may run, otherwise"),
    probe: { sql: "alter function probe_function(int) stable" },
  },
  drop_function: {
    form: "DROP FUNCTION",
    reversible: "yes",
    compatibility: breaks("code that calls it fails, functions whose bodies name it among it"),
    hazards: ["HasUntrackableDependencies"],
    probe: { sql: "drop function probe_function(int)" },
  },
  create_aggregate: {
    form: "CREATE AGGREGATE",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create aggregate made (int) (sfunc = int4pl, stype = int, initcond = '0')" },
  },
  create_operator: {
    form: "CREATE OPERATOR",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create operator === (leftarg = int, rightarg = int, function = int4eq)" },
  },
  alter_operator: {
    form: "ALTER OPERATOR",
    reversible: "yes",
    compatibility: depends("queries that use it may be planned otherwise"),
    probe: {
      setup: ["create operator === (leftarg = int, rightarg = int, function = int4eq)"],
      sql: "alter operator === (int, int) set (restrict = eqsel)",
    },
  },
  create_operator_class: {
    form: "CREATE OPERATOR CLASS",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create operator class made for type int using hash as operator 1 =, function 1 hashint4(int)" },
  },
  create_operator_family: {
    form: "CREATE OPERATOR FAMILY",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create operator family made using btree" },
  },
  alter_operator_family: {
    form: "ALTER OPERATOR FAMILY",
    reversible: "yes",
    compatibility: depends("queries may be planned otherwise, and indexes may find other rows"),
    hazards: ["Correctness"],
    probe: {
      setup: ["create operator family made using btree"],
      sql: "alter operator family made using btree add operator 1 < (int, int), function 1 btint4cmp(int, int)",
    },
  },
  create_cast: {
    form: "CREATE CAST",
    reversible: "yes",
    compatibility: depends("with AS IMPLICIT or AS ASSIGNMENT, expressions of the code may mean something else"),
    probe: { sql: "create cast (int as probe_enum) with inout" },
  },
  create_transform: {
    form: "CREATE TRANSFORM",
    reversible: "yes",
    compatibility: depends("functions of the language that ask for it get values in another form"),
    probe: {
      sql: "create transform for int language sql (from sql with function prsd_lextype(internal), to sql with function int4recv(internal))",
    },
  },
  create_language: {
    form: "CREATE LANGUAGE",
    reversible: "yes",
    compatibility: works,
    hazards: ["HasUntrackableDependencies"],
    probe: { sql: "create language made handler plpgsql_call_handler" },
  },
  create_access_method: {
    form: "CREATE ACCESS METHOD",
    reversible: "yes",
    compatibility: works,
    hazards: ["HasUntrackableDependencies"],
    probe: { sql: "create access method made type index handler bthandler" },
  },
  create_collation: {
    form: "CREATE COLLATION",
    reversible: "yes",
    compatibility: works,
    probe: { sql: 'create collation made from "C"' },
  },
  alter_collation: {
    form: "ALTER COLLATION … REFRESH VERSION",
    reversible: "no",
    compatibility: works,
    hazards: ["Correctness"],
    probe: { setup: ['create collation made from "C"'], sql: "alter collation made refresh version" },
  },
  create_conversion: {
    form: "CREATE CONVERSION",
    reversible: "yes",
    compatibility: depends("with DEFAULT, text of clients in that encoding is converted otherwise"),
    probe: { sql: "create conversion made for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8" },
  },
  create_text_search_object: {
    form: "CREATE TEXT SEARCH …",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create text search configuration made (copy = simple)" },
  },
  alter_text_search_object: {
    form: "ALTER TEXT SEARCH …",
    reversible: "yes",
    compatibility: depends("searches find other rows; vectors that are stored stay as they were made"),
    hazards: ["Correctness"],
    probe: {
      setup: ["create text search configuration made (copy = simple)"],
      sql: "alter text search configuration made alter mapping for word with english_stem",
    },
  },
  create_statistics: {
    form: "CREATE STATISTICS",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "create statistics made on n, u from probe" },
  },
  alter_statistics: {
    form: "ALTER STATISTICS … SET STATISTICS",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "alter statistics probe_statistics set statistics 100" },
  },
  drop_statistics: {
    form: "DROP STATISTICS",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "drop statistics probe_statistics" },
  },
} as const satisfies Readonly<Record<string, OperationFacts>>;

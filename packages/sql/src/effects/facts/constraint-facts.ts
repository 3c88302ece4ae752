import { depends, type OperationFacts, works } from "./operation-row.js";

const mayFail = depends("code that writes what it forbids fails");

export const constraintFacts = {
  add_check: {
    form: "ALTER TABLE … ADD CHECK",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: { sql: "alter table probe add check (u > 0)" },
  },
  add_not_null: {
    form: "ALTER TABLE … ADD CONSTRAINT … NOT NULL",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: mayFail,
    since: 18,
    probe: { sql: "alter table probe add constraint named not null u" },
  },
  add_foreign_key: {
    form: "ALTER TABLE … ADD FOREIGN KEY",
    lock: "ShareRowExclusiveLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: { sql: "alter table probe add foreign key (u) references probe_parent" },
  },
  add_unique: {
    form: "ALTER TABLE … ADD UNIQUE",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: { sql: "alter table probe add unique (n)" },
  },
  add_primary_key: {
    form: "ALTER TABLE … ADD PRIMARY KEY",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: { sql: "alter table probe_free add primary key (id)", on: "probe_free" },
  },
  add_exclude: {
    form: "ALTER TABLE … ADD EXCLUDE",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: { sql: "alter table probe add exclude using btree (n with =)" },
  },
  add_unique_using_index: {
    form: "ALTER TABLE … ADD UNIQUE USING INDEX",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "alter table probe add unique using index probe_u" },
  },
  add_primary_key_using_index: {
    form: "ALTER TABLE … ADD PRIMARY KEY USING INDEX",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: mayFail,
    probe: {
      setup: ["create unique index free_id on probe_free (id)"],
      sql: "alter table probe_free add primary key using index free_id",
      on: "probe_free",
    },
  },
  alter_constraint: {
    form: "ALTER TABLE … ALTER CONSTRAINT",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: depends("a violation is told at another moment"),
    probe: { sql: "alter table probe alter constraint probe_reference deferrable" },
  },
  validate_constraint: {
    form: "ALTER TABLE … VALIDATE CONSTRAINT",
    lock: "ShareUpdateExclusiveLock",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "alter table probe validate constraint probe_unproven" },
  },
  drop_constraint: {
    form: "ALTER TABLE … DROP CONSTRAINT",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: depends("ON CONFLICT on it fails, and what it kept out may come in"),
    probe: { sql: "alter table probe drop constraint probe_check" },
  },
  rename_constraint: {
    form: "ALTER TABLE … RENAME CONSTRAINT",
    lock: "AccessExclusiveLock",
    reversible: "yes",
    compatibility: depends("ON CONFLICT ON CONSTRAINT, and code that looks for the name in errors, does not find it"),
    probe: { sql: "alter table probe rename constraint probe_check to probe_checked" },
  },
  set_constraints: {
    form: "SET CONSTRAINTS",
    reversible: "yes",
    compatibility: works,
    probe: { sql: "set constraints all deferred" },
  },
} as const satisfies Readonly<Record<string, OperationFacts>>;

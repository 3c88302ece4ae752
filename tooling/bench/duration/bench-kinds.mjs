// What is timed: statements on a table of orders as applications have it, with what must be known to estimate each.
// The effects are what PostgreSQL 13–18 does for these statements, in the words of @confiture/model.
import { noEffect } from "../../../packages/model/dist/index.js";

const orders = "bench.orders";
const primaryKey = rebuilt("orders_pkey", true, ["id"]);
const ownIndexes = [primaryKey, rebuilt("orders_customer", false, ["customer_id"])];

/**
 * `calibrated`: whether `calibrate` times statements of this kind; the others are made of work that it times in other
 * statements, or not at all. `tidy`: rows were written anew, so that the next reader would have to set their hint bits.
 */
export const benchKinds = [
  {
    name: "add check",
    calibrated: true,
    statement: "alter table bench.orders add constraint probe check (amount >= 0)",
    undo: ["alter table bench.orders drop constraint probe"],
    operation: operation("add_check", {
      scans: [{ relation: orders, why: "check" }],
      requires: [{ kind: "check", relation: orders, expression: "amount >= 0" }],
    }),
  },
  {
    name: "set not null",
    calibrated: true,
    statement: "alter table bench.orders alter column quantity set not null",
    undo: ["alter table bench.orders alter column quantity drop not null"],
    operation: operation("set_not_null", {
      scans: [{ relation: orders, why: "not_null" }],
      requires: [{ kind: "not_null", relation: orders, column: "quantity" }],
    }),
  },
  {
    name: "index on timestamptz",
    calibrated: true,
    ...newIndex("create_index", "btree", "placed_at", ["placed_at"]),
  },
  { name: "index on text", calibrated: true, ...newIndex("create_index", "btree", "note", ["note"]) },
  { name: "index on integer", calibrated: true, ...newIndex("create_index", "btree", "quantity", ["quantity"]) },
  {
    name: "index concurrently",
    calibrated: true,
    ...newIndex("create_index_concurrently", "btree", "amount", ["amount"]),
  },
  { name: "gin on jsonb", calibrated: true, ...newIndex("create_index", "gin", "payload", ["payload"]) },
  {
    name: "type integer → bigint",
    calibrated: true,
    statement: "alter table bench.orders alter column priority type bigint",
    undo: ["alter table bench.orders alter column priority type integer"],
    tidy: true,
    operation: operation("alter_column_type", {
      ...rewritten(),
      requires: [{ kind: "castable", relation: orders, column: "priority", type: "bigint" }],
    }),
  },
  {
    name: "add foreign key",
    calibrated: true,
    statement:
      "alter table bench.orders add constraint probe foreign key (customer_id) references bench.customers (id)",
    undo: ["alter table bench.orders drop constraint probe"],
    operation: operation("add_foreign_key", foreignKey()),
  },
  {
    name: "vacuum full",
    calibrated: true,
    statement: "vacuum full bench.orders",
    operation: operation("vacuum_full", rewritten()),
  },
  {
    name: "column with volatile default",
    calibrated: false,
    statement: "alter table bench.orders add column probe uuid default gen_random_uuid()",
    undo: ["alter table bench.orders drop column probe"],
    tidy: true,
    repack: true,
    operation: operation("add_column", rewritten()),
  },
  {
    name: "stored generated column",
    calibrated: false,
    statement: "alter table bench.orders add column probe numeric generated always as (amount * quantity) stored",
    undo: ["alter table bench.orders drop column probe"],
    tidy: true,
    repack: true,
    operation: operation("add_column", rewritten()),
  },
  {
    name: "validate check",
    calibrated: false,
    before: ["alter table bench.orders add constraint probe check (length(note) > 3) not valid"],
    statement: "alter table bench.orders validate constraint probe",
    undo: ["alter table bench.orders drop constraint probe"],
    operation: operation("validate_constraint", {
      scans: [{ relation: orders, why: "check" }],
      requires: [{ kind: "check", relation: orders, expression: "length(note) > 3" }],
    }),
  },
  {
    name: "validate foreign key",
    calibrated: false,
    before: [
      "alter table bench.orders add constraint probe foreign key (customer_id) references bench.customers (id) not valid",
    ],
    statement: "alter table bench.orders validate constraint probe",
    undo: ["alter table bench.orders drop constraint probe"],
    operation: operation("validate_constraint", foreignKey()),
  },
  {
    name: "add unique of two columns",
    calibrated: false,
    statement: "alter table bench.orders add constraint probe unique (customer_id, id)",
    undo: ["alter table bench.orders drop constraint probe"],
    operation: operation("add_unique", { indexBuilds: [built("btree", ["customer_id", "id"], { unique: true })] }),
  },
  {
    name: "index on (text, integer)",
    calibrated: false,
    ...newIndex("create_index", "btree", "status, customer_id", ["status", "customer_id"]),
  },
  {
    name: "index on lower(text)",
    calibrated: false,
    ...newIndex("create_index", "btree", "lower(note)", ["lower(note)"]),
  },
  {
    name: "reindex primary key",
    calibrated: false,
    statement: "reindex index bench.orders_pkey",
    operation: operation("reindex", { indexBuilds: [{ ...primaryKey, why: "rebuild" }] }),
  },
  {
    name: "set logged",
    calibrated: false,
    before: ["alter table bench.orders set unlogged", "vacuum bench.orders"],
    statement: "alter table bench.orders set logged",
    tidy: true,
    operation: operation("set_logged", rewritten()),
  },
  {
    name: "refresh materialized view",
    calibrated: false,
    statement: "refresh materialized view bench.recent_orders",
    undo: ["vacuum analyze bench.recent_orders"],
    operation: operation(
      "refresh_materialized_view",
      { fileSwaps: ["bench.recent_orders"], scans: [{ relation: orders, why: "query" }] },
      { kind: "materialized view", name: "bench.recent_orders" },
    ),
  },
];

/** Tables of `rows` orders. Everything in schema `bench`. */
export function fillStatements(rows) {
  const customers = Math.max(1, Math.round(rows / 20));
  return [
    "drop schema if exists bench cascade",
    "create schema bench",
    `create table bench.customers with (autovacuum_enabled = off) as
       select g::integer as id, md5(g::text) as name from generate_series(1, ${customers}) g`,
    "alter table bench.customers add primary key (id)",
    `create table bench.orders (id bigint not null, customer_id integer not null, status text, amount numeric(10,2), quantity integer, priority integer,
       note text, placed_at timestamptz, reference uuid, payload jsonb) with (autovacuum_enabled = off)`,
    `insert into bench.orders
       select g, 1 + floor(random() * ${customers})::integer, (array['new','paid','sent','done','void'])[1 + floor(random() * 5)::integer],
         (random() * 10000)::numeric(10,2), 1 + floor(random() * 20)::integer, g % 7, md5('a' || g) || ' ' || md5('b' || g),
         timestamptz '2021-01-01 00:00:00+00' + floor(random() * 1e8) * interval '1 second', md5('r' || g)::uuid,
         jsonb_build_object('channel', (array['web','shop','phone'])[1 + floor(random() * 3)::integer], 'batch', floor(random() * 1000)::integer)
       from generate_series(1, ${rows}) g`,
    "alter table bench.orders add primary key (id)",
    "create index orders_customer on bench.orders (customer_id)",
    `create materialized view bench.recent_orders as
       select id, customer_id, status, amount, placed_at from bench.orders where quantity > 4`,
    "vacuum analyze bench.customers",
    "vacuum analyze bench.orders",
    "vacuum analyze bench.recent_orders",
  ];
}

function newIndex(kind, method, list, columns) {
  const concurrently = kind === "create_index_concurrently";
  return {
    statement: `create index ${concurrently ? "concurrently " : ""}probe on bench.orders using ${method} (${list})`,
    undo: ["drop index bench.probe"],
    operation: operation(kind, { indexBuilds: [built(method, columns, { concurrently })] }),
  };
}

function built(method, columns, { unique = false, concurrently = false } = {}) {
  return { table: orders, method, unique, concurrently, columns, why: "new" };
}

function rebuilt(name, unique, columns) {
  return {
    table: orders,
    index: `bench.${name}`,
    method: "btree",
    unique,
    concurrently: false,
    columns,
    why: "rewrite",
  };
}

function rewritten() {
  return { rewrites: [orders], scans: [{ relation: orders, why: "rewrite" }], indexBuilds: ownIndexes };
}

function foreignKey() {
  return {
    scans: [
      { relation: "bench.customers", why: "foreign_key" },
      { relation: orders, why: "foreign_key" },
    ],
    requires: [
      {
        kind: "foreign_key",
        relation: orders,
        columns: ["customer_id"],
        references: "bench.customers",
        match: "simple",
      },
    ],
  };
}

function operation(kind, effect, on = { kind: "table", name: orders }) {
  return {
    kind,
    on,
    effect: { ...noEffect, ...effect },
  };
}

import type { Catalog } from "@confiture/model";
import { readCatalog } from "@confiture/schema";
import { describeEachVersion, openTestDatabase, type TestDatabase } from "@confiture/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CatalogIndex, keyOf } from "../../src/diff/catalog-index.js";
import { indexCatalog } from "../../src/diff/index-catalog.js";
import { resolveAnnotated } from "../../src/diff/resolve-annotated.js";
import { dropSubscriptions, oneOfEverything } from "../one-of-everything.js";
import { statementsBetween } from "./kinds/annotation-rules.js";

/** Names that are hard to take apart, and arguments of the server's own types. */
const oddNames = `
  create schema "a.b";
  create table "a.b"."c on ""d""" ("e.f" integer, "g"" on " text, constraint "h on i" check ("e.f" > 0), "J" integer generated always as identity);
  create index "k.l" on "a.b"."c on ""d""" ("e.f");
  create trigger "m on n" after insert on "a.b"."c on ""d""" for each row execute function shop.touch();
  create rule "o on p" as on delete to "a.b"."c on ""d""" do instead nothing;
  create policy "q on r" on "a.b"."c on ""d""";
  create view "a.b"."s.t" as select "e.f" from "a.b"."c on ""d""";
  create materialized view "a.b"."s.u" as select "e.f" from "a.b"."c on ""d""";
  create type "a.b"."v.w" as ("x.y" integer);
  create domain "a.b"."z on a" as text constraint "b on c" check (value <> '');
  create type "a.b"."d AS e" as enum ('x');
  create function "a.b"."f(g)"(text, jsonb[], "a.b"."v.w", character varying, "char", numeric[], "a.b"."d AS e"[]) returns integer language sql as 'select 1';
  create procedure "a.b"."pg_catalog."(text, inout integer) language sql as 'select 1';
  create aggregate "a.b".many(*) (sfunc = int8inc, stype = bigint, initcond = '0');
  create function "a.b".count_text(integer, text) returns integer language sql as 'select $1 + 1';
  create aggregate "a.b".ordered(double precision order by text) (sfunc = "a.b".count_text, stype = integer);
  create function "a.b".half(integer, text) returns boolean language sql immutable as 'select true';
  create operator "a.b".<-> (leftarg = integer, rightarg = text, function = "a.b".half);
  create function "a.b".none(text) returns boolean language sql immutable as 'select true';
  create operator "a.b".@@ (rightarg = text, function = "a.b".none);
  create operator family "a.b"."h USING i" using btree;
  create operator class "a.b"."j USING k" for type integer using btree family "a.b"."h USING i" as function 1 btint4cmp(integer, integer);
  create cast (text as "a.b"."d AS e") with inout;
  create event trigger "l m" on ddl_command_end execute function shop.on_ddl();
  create foreign data wrapper "n-o";
  create server "p q" foreign data wrapper "n-o";
  create language "r s" handler plpgsql_call_handler;
  create transform for jsonb language "r s" (from sql with function prsd_lextype(internal));
  create access method "t u" type table handler heap_tableam_handler;
  create publication "v w";
  create collation "a.b"."x y" (locale = 'C');
  create statistics "a.b"."z a" on "e.f", "g"" on " from "a.b"."c on ""d""";
  create type "a.b"."b(c" as range (subtype = timestamptz);`;

/** Everything of ours that COMMENT ON takes, as the addresses of comments. */
const commentable = `
  select 'pg_class'::regclass as classid, c.oid, 0 as subid from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
  union all
  select 'pg_class'::regclass, a.attrelid, a.attnum from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and a.attnum > 0 and not a.attisdropped
  union all select 'pg_type'::regclass, t.oid, 0 from pg_type t left join pg_class c on c.oid = t.typrelid where t.typisdefined and (c.oid is null or c.relkind = 'c')
    and not exists (select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.typelem and e.deptype = 'e')
  union all select 'pg_rewrite'::regclass, r.oid, 0 from pg_rewrite r where r.rulename <> '_RETURN'
  union all select 'pg_trigger'::regclass, t.oid, 0 from pg_trigger t where not t.tgisinternal
  union all select 'pg_constraint'::regclass, c.oid, 0 from pg_constraint c where c.contype <> 't'
    and not exists (select from pg_constraint p where p.oid = c.conparentid and p.conrelid = c.conrelid)
  union all select 'pg_policy'::regclass, oid, 0 from pg_policy
  union all select 'pg_proc'::regclass, oid, 0 from pg_proc
  union all select 'pg_operator'::regclass, o.oid, 0 from pg_operator o where o.oprcode <> 0
  union all select 'pg_opfamily'::regclass, oid, 0 from pg_opfamily
  union all select 'pg_opclass'::regclass, oid, 0 from pg_opclass
  union all select 'pg_cast'::regclass, c.oid, 0 from pg_cast c
    where not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype = 'i')
  union all select 'pg_collation'::regclass, oid, 0 from pg_collation
  union all select 'pg_conversion'::regclass, oid, 0 from pg_conversion
  union all select 'pg_ts_config'::regclass, oid, 0 from pg_ts_config
  union all select 'pg_ts_dict'::regclass, oid, 0 from pg_ts_dict
  union all select 'pg_ts_parser'::regclass, oid, 0 from pg_ts_parser
  union all select 'pg_ts_template'::regclass, oid, 0 from pg_ts_template
  union all select 'pg_language'::regclass, oid, 0 from pg_language
  union all select 'pg_transform'::regclass, oid, 0 from pg_transform
  union all select 'pg_am'::regclass, oid, 0 from pg_am
  union all select 'pg_namespace'::regclass, n.oid, 0 from pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  union all select 'pg_extension'::regclass, oid, 0 from pg_extension
  union all select 'pg_event_trigger'::regclass, oid, 0 from pg_event_trigger
  union all select 'pg_statistic_ext'::regclass, oid, 0 from pg_statistic_ext
  union all select 'pg_publication'::regclass, oid, 0 from pg_publication
  union all select 'pg_subscription'::regclass, s.subid, 0 from pg_stat_subscription s join pg_subscription p on p.oid = s.subid
    where p.subdbid = (select oid from pg_database where datname = current_database())
  union all select 'pg_foreign_data_wrapper'::regclass, oid, 0 from pg_foreign_data_wrapper
  union all select 'pg_foreign_server'::regclass, oid, 0 from pg_foreign_server`;

describeEachVersion("an annotation of any object", (version) => {
  let db: TestDatabase;
  let base: Catalog;
  let annotated: Catalog;
  let index: CatalogIndex;
  beforeAll(async () => {
    db = await openTestDatabase({ version });
    await db.query(oneOfEverything(version));
    await db.query(oddNames);
    base = await readCatalog(db);
    await db.query("comment on schema public is 'said of it'; comment on extension plpgsql is 'said of it'");
    await db.query("set allow_system_table_mods = on");
    await db.query(`
      insert into pg_description (classoid, objoid, objsubid, description)
      select c.classid, c.oid, c.subid, 'said of it'
      from (${commentable}) c
      where (c.oid >= 16384 or c.classid in ('pg_namespace'::regclass, 'pg_extension'::regclass))
        and not exists (
          select from pg_description d where d.objoid = c.oid and d.classoid = c.classid and d.objsubid = c.subid)`);
    await db.query("reset allow_system_table_mods");
    annotated = await readCatalog(db);
    index = indexCatalog(annotated);
  });
  afterAll(async () => {
    await dropSubscriptions(db);
    await db[Symbol.asyncDispose]();
  });

  test("is resolved to an entry of the catalog", () => {
    const all = [...annotated.comments, ...annotated.securityLabels, ...annotated.grants];
    expect(all.length).toBeGreaterThan(300);
    const lost = all.filter(({ on }) => {
      const entry = resolveAnnotated(on, index);
      return entry === undefined || !index.entries.has(keyOf(entry));
    });
    expect(lost.map(({ name }) => name)).toEqual([]);
  });

  test("is found on every entry that can have one", () => {
    const found = new Set(annotated.comments.map(({ on }) => keyOf(resolveAnnotated(on, index)!)));
    const without = [
      "partitions",
      "ownerships",
      "userMappings",
      "comments",
      "grants",
      "defaultPrivileges",
      "securityLabels",
    ];
    const missed = [...index.entries].filter(([key, { kind }]) => !without.includes(kind) && !found.has(key));
    // A clone on a partition takes no comment; nor does a type that is only declared.
    const bare = missed.filter(
      ([, { kind, entry }]) =>
        !(kind === "triggers" && "parent" in entry) &&
        !(kind === "types" && "kind" in entry && entry.kind === "shell type"),
    );
    expect(bare.map(([key]) => key)).toEqual([]);
  });

  test("is taken away and made again by the server's own words for the object", async () => {
    await db.query("set search_path = ''");
    for (const statement of statementsBetween(annotated, base)) await db.query(statement);
    const bare = await readCatalog(db);
    expect(bare.comments).toEqual(base.comments);
    for (const statement of statementsBetween(bare, annotated)) await db.query(statement);
    expect((await readCatalog(db)).comments).toEqual(annotated.comments);
  });
});

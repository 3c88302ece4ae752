import { testPairs } from "./pairs.js";

const setup = `
  create extension pg_trgm;
  create function fire() returns trigger language plpgsql as 'begin return null; end';
  create function fire_too() returns trigger language plpgsql as 'begin return null; end';
  create function on_event() returns event_trigger language plpgsql as 'begin end';
  create table plain (a integer, b text);
  create view seen as select a from plain;
  create table parted (n integer) partition by list (n);
  create table parted_1 partition of parted for values in (1) partition by list (n);
  create table parted_11 partition of parted_1 for values in (1);
  create table parted_2 partition of parted for values in (2);`;

const fires = "create trigger fires after insert on plain for each row execute function fire();";
const parted = "create trigger fires after insert on parted for each row execute function fire();";

testPairs("a trigger", setup, {
  "is made as it is to fire": {
    after: `${fires} alter table plain enable replica trigger fires; alter trigger fires on plain depends on extension pg_trgm;`,
    there: [
      "CREATE TRIGGER fires AFTER INSERT ON public.plain FOR EACH ROW EXECUTE FUNCTION public.fire()",
      "alter table public.plain enable replica trigger fires",
      "alter trigger fires on public.plain depends on extension pg_trgm",
    ],
    back: ["drop trigger fires on public.plain"],
  },
  "is replaced in place, and keeps its state and its extension": {
    since: 14,
    before: `${fires} alter table plain disable trigger fires; alter trigger fires on plain depends on extension pg_trgm;`,
    after: `
      create trigger fires before update on plain for each row when (old.a > 0) execute function fire_too();
      alter table plain disable trigger fires;
      alter trigger fires on plain depends on extension pg_trgm;`,
    there: [
      "CREATE OR REPLACE TRIGGER fires BEFORE UPDATE ON public.plain FOR EACH ROW WHEN ((old.a > 0)) EXECUTE FUNCTION public.fire_too()",
      "alter table public.plain disable trigger fires",
      "alter trigger fires on public.plain depends on extension pg_trgm",
    ],
  },
  "is dropped and made again where the server cannot replace it": {
    until: 13,
    before: fires,
    after: "create trigger fires before update on plain for each row execute function fire();",
    there: [
      "drop trigger fires on public.plain",
      "CREATE TRIGGER fires BEFORE UPDATE ON public.plain FOR EACH ROW EXECUTE FUNCTION public.fire()",
    ],
  },
  "that becomes a constraint trigger is dropped and made again": {
    before: fires,
    after:
      "create constraint trigger fires after insert on plain deferrable initially deferred for each row execute function fire();",
  },
  "of a view fires instead": {
    before: "create trigger fires instead of insert on seen for each row execute function fire();",
    after: "create trigger fires instead of insert or update on seen for each row execute function fire();",
  },
  "with an odd name on an odd table": {
    before: `create table "Odd on "" table" ("A b" integer);`,
    after: `
      create table "Odd on "" table" ("A b" integer);
      create trigger "fires on ""it" after update of "A b" on "Odd on "" table" for each row execute function fire();
      alter table "Odd on "" table" enable always trigger "fires on ""it";`,
  },
  "of a partitioned table is made once for all partitions": {
    after: parted,
    there: ["CREATE TRIGGER fires AFTER INSERT ON public.parted FOR EACH ROW EXECUTE FUNCTION public.fire()"],
    back: ["drop trigger fires on public.parted"],
  },
  "of a partitioned table is enabled for all partitions by one statement": {
    before: parted,
    after: `${parted} alter table parted enable always trigger fires;`,
    there: ["alter table public.parted enable always trigger fires"],
    back: ["alter table public.parted enable trigger fires"],
  },
  "has a state of its own on some partitions": {
    before: parted,
    after: `${parted}
      alter table parted disable trigger fires;
      alter table parted_1 enable always trigger fires;
      alter table parted_2 enable trigger fires;`,
    there: [
      "alter table public.parted disable trigger fires",
      "alter table public.parted_1 enable always trigger fires",
      "alter table public.parted_2 enable trigger fires",
    ],
    back: ["alter table public.parted enable trigger fires"],
  },
  "is made with its partitions' own states": {
    after: `${parted} alter table parted enable replica trigger fires; alter table parted_11 disable trigger fires;`,
    there: [
      "CREATE TRIGGER fires AFTER INSERT ON public.parted FOR EACH ROW EXECUTE FUNCTION public.fire()",
      "alter table public.parted enable replica trigger fires",
      "alter table public.parted_11 disable trigger fires",
    ],
  },
  "of a partitioned table is replaced in place, and its partitions keep their states": {
    since: 14,
    before: `${parted} alter table parted_11 disable trigger fires;`,
    after: `
      create trigger fires after insert or update on parted for each row execute function fire();
      alter table parted_11 disable trigger fires;`,
    there: [
      "CREATE OR REPLACE TRIGGER fires AFTER INSERT OR UPDATE ON public.parted FOR EACH ROW EXECUTE FUNCTION public.fire()",
      "alter table public.parted_11 disable trigger fires",
    ],
  },
  "of a partitioned table that turns from rows to statements leaves no clones behind": {
    before: parted,
    after: "create trigger fires after insert on parted for each statement execute function fire();",
  },
  "of a partition alone becomes its table's": {
    before: "create trigger fires after insert on parted_2 for each row execute function fire();",
    after: parted,
  },
});

const quiet = "create rule quiet as on insert to plain do instead nothing;";

testPairs("a rule", setup, {
  "is made as it is to fire": {
    after: `${quiet} alter table plain disable rule quiet;`,
    there: [
      "CREATE RULE quiet AS\n    ON INSERT TO public.plain DO INSTEAD NOTHING",
      "alter table public.plain disable rule quiet",
    ],
    back: ["drop rule quiet on public.plain"],
  },
  "is replaced in place, and keeps its state": {
    before: `${quiet} alter table plain enable always rule quiet;`,
    after: `
      create rule quiet as on delete to plain do also notify one;
      alter table plain enable always rule quiet;`,
    there: ["CREATE OR REPLACE RULE quiet AS\n    ON DELETE TO public.plain DO\n NOTIFY one"],
  },
  "of a view": {
    before: "create rule quiet as on insert to seen do instead nothing;",
    after: "create rule quiet as on insert to seen do instead insert into plain values (new.a) returning a;",
  },
  "with an odd name is enabled for replicas": {
    before: `create rule "a on ""b" as on insert to plain do instead nothing;`,
    after: `
      create rule "a on ""b" as on insert to plain do instead nothing;
      alter table plain enable replica rule "a on ""b";`,
    there: [`alter table public.plain enable replica rule "a on ""b"`],
  },
});

const watch = "create event trigger watch on ddl_command_end execute function on_event();";

testPairs("an event trigger", setup, {
  "is made as it is to fire": {
    after: `
      create event trigger "Watch" on ddl_command_start when tag in ('CREATE TABLE', 'DROP TABLE') execute function on_event();
      alter event trigger "Watch" disable;`,
    there: [
      `create event trigger "Watch" on ddl_command_start when tag in ('CREATE TABLE', 'DROP TABLE') execute function public.on_event()`,
      `alter event trigger "Watch" disable`,
    ],
    back: [`drop event trigger "Watch"`],
  },
  "is enabled in place": {
    before: `${watch} alter event trigger watch disable;`,
    after: `${watch} alter event trigger watch enable always;`,
    there: ["alter event trigger watch enable always"],
  },
  "for other commands is dropped and made again": {
    before: watch,
    after: "create event trigger watch on ddl_command_end when tag in ('GRANT') execute function on_event();",
  },
});

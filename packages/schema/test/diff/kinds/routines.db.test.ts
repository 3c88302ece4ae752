import { describePairs } from "./describe-pairs.js";

const twice = (rest: string) => `create function s.twice(n integer) returns integer ${rest}`;
const replaced = (rest: string) => `CREATE OR REPLACE FUNCTION s.twice(n integer)\n RETURNS integer\n ${rest}`;
const total = (settings: string) => `create aggregate s.total(integer) (sfunc = int4pl, stype = integer${settings})`;
const replacedTotal = (settings = "") =>
  `create or replace aggregate s.total(integer) (\n  sfunc = int4pl,\n  stype = integer${settings}\n)`;

describePairs(
  "functions and aggregates",
  `create schema s;
   create extension pg_trgm schema s;
   create extension hstore schema s;
   create function s.final(integer, integer) returns integer language sql as 'select $1';
   create function s.step(double precision, double precision) returns double precision language sql as 'select $1';
   create function s.step_of_two(float8, float8, float8) returns double precision language sql as 'select $1';
   create function s.finish(double precision, double precision) returns double precision language sql as 'select $1'`,
  {
    "another body": {
      before: twice("language sql as 'select n * 2'"),
      after: twice("language sql as 'select n + n'"),
      does: [replaced("LANGUAGE sql\nAS $function$select n + n$function$")],
    },
    "another language, volatility, cost and setting, all at once": {
      before: twice("language sql as 'select n * 2'"),
      after: twice(
        "language plpgsql immutable strict parallel safe cost 7 set work_mem = '8MB' as 'begin return n; end'",
      ),
      does: [
        replaced(
          "LANGUAGE plpgsql\n IMMUTABLE PARALLEL SAFE STRICT COST 7\n SET work_mem TO '8MB'\nAS $function$begin return n; end$function$",
        ),
      ],
    },
    "a body kept parsed": {
      since: 14,
      before: twice("language sql as 'select n * 2'"),
      after: twice("language sql return n * 2"),
      does: [replaced("LANGUAGE sql\nRETURN (n * 2)")],
    },
    "another result": {
      before: twice("language sql as 'select n * 2'"),
      after: "create function s.twice(n integer) returns bigint language sql as 'select n * 2::bigint'",
      does: { replaces: ["functions s.twice(integer)"] },
    },
    "a window function out of a plain one": {
      before: "create function s.number() returns bigint language internal as 'now'",
      after: "create function s.number() returns bigint language internal window as 'window_row_number'",
      does: { replaces: ["functions s.number()"] },
    },
    "a procedure out of a function": {
      before: "create function s.work(n integer) returns void language sql as ''",
      after: "create procedure s.work(n integer) language sql as ''",
      does: { replaces: ["functions s.work(integer)"] },
    },
    "an aggregate out of a function": {
      before: "create function s.total(integer) returns integer language sql as 'select 1'",
      after: total(""),
      does: [],
    },
    "a procedure beside one that differs in output arguments": {
      since: 14,
      before:
        "create procedure s.p(a integer) language sql as ''; create procedure s.p(out a integer) language sql as 'select 1'",
      after: "create procedure s.p(a integer) language sql as 'select 2'",
      does: ["CREATE OR REPLACE PROCEDURE s.p(IN a integer)\n LANGUAGE sql\nAS $procedure$select 2$procedure$"],
    },
    "names that need quotes": {
      before: `create function s."Odd, (name"("in" integer, b text default 'x, (') returns integer language sql as 'select 1'`,
      after: `create function s."Odd, (name"("in" integer, b text default 'x, )') returns integer language sql as 'select 1'`,
      does: [
        `CREATE OR REPLACE FUNCTION s."Odd, (name"("in" integer, b text DEFAULT 'x, )'::text)\n RETURNS integer\n LANGUAGE sql\nAS $function$select 1$function$`,
      ],
    },
    "an extension it depends on": {
      before: twice("language sql as 'select 1'"),
      after: `${twice("language sql as 'select 1'")}; alter function s.twice depends on extension pg_trgm`,
      does: ["alter function s.twice(integer) depends on extension pg_trgm"],
    },
    "another extension it depends on": {
      before: `${twice("language sql as 'select 1'")}; alter function s.twice depends on extension pg_trgm`,
      after: `${twice("language sql as 'select 1'")}; alter function s.twice depends on extension hstore`,
      does: [
        "alter function s.twice(integer) no depends on extension pg_trgm",
        "alter function s.twice(integer) depends on extension hstore",
      ],
    },
    "another body, which would make the server forget the extension": {
      before: `${twice("language sql as 'select 1'")}; alter function s.twice depends on extension pg_trgm`,
      after: `${twice("language sql as 'select 2'")}; alter function s.twice depends on extension pg_trgm`,
      does: [
        replaced("LANGUAGE sql\nAS $function$select 2$function$"),
        "alter function s.twice(integer) depends on extension pg_trgm",
      ],
    },
    "functions, procedures and aggregates that are new": {
      before: "",
      after: `${twice("language sql as 'select 1'")}; alter function s.twice depends on extension pg_trgm;
        create procedure s.p(inout a integer) language sql as 'select 1';
        create function s.number() returns bigint language internal window as 'window_row_number'; ${total("")};
        create aggregate s."Count"(*) (sfunc = int8inc, stype = bigint, initcond = '0')`,
      does: [],
    },
    "functions, procedures and aggregates that are no more": {
      before: `${twice("language sql as 'select 1'")}; create procedure s.p(inout a integer) language sql as 'select 1';
        create function s.number() returns bigint language internal window as 'window_row_number'; ${total("")};
        create aggregate s."Count"(*) (sfunc = int8inc, stype = bigint, initcond = '0')`,
      after: "",
      does: [],
    },
    "an aggregate's own function and initial value": {
      before: total(""),
      after: "create aggregate s.total(integer) (sfunc = int4larger, stype = integer, initcond = '1')",
      does: [
        "create or replace aggregate s.total(integer) (\n  sfunc = int4larger,\n  stype = integer,\n  initcond = '1'\n)",
      ],
    },
    "an aggregate's everything else": {
      before: total(""),
      after: total(
        ", sspace = 64, finalfunc = s.final, finalfunc_extra, finalfunc_modify = shareable, combinefunc = int4pl, msfunc = int4pl, minvfunc = int4mi, mstype = integer, msspace = 32, mfinalfunc = s.final, mfinalfunc_extra, mfinalfunc_modify = read_write, minitcond = '2', sortop = operator(pg_catalog.<), parallel = restricted",
      ),
      does: [
        replacedTotal(
          [
            "",
            "sspace = 64",
            "finalfunc = s.final",
            "finalfunc_extra = true",
            "finalfunc_modify = shareable",
            "combinefunc = int4pl",
            "msfunc = int4pl",
            "minvfunc = int4mi",
            "mstype = integer",
            "msspace = 32",
            "mfinalfunc = s.final",
            "mfinalfunc_extra = true",
            "mfinalfunc_modify = read_write",
            "minitcond = '2'",
            "sortop = operator(<)",
            "parallel = restricted",
          ].join(",\n  "),
        ),
      ],
    },
    "an aggregate with fewer settings": {
      before: total(", combinefunc = int4pl, initcond = '1', parallel = safe"),
      after: total(""),
      does: [replacedTotal()],
    },
    "an aggregate's other result": {
      before: total(""),
      after: "create aggregate s.total(integer) (sfunc = int4_sum, stype = bigint, initcond = '0')",
      does: { replaces: ["aggregates s.total(integer)"] },
    },
    "an ordered-set aggregate out of a plain one": {
      before: "create aggregate s.mid(double precision) (sfunc = float8pl, stype = double precision)",
      after: "create aggregate s.mid(order by double precision) (sfunc = float8pl, stype = double precision)",
      does: { replaces: ["aggregates s.mid(double precision)"] },
    },
    "another number of direct arguments": {
      before:
        "create aggregate s.mid(double precision order by double precision) (sfunc = s.step, stype = double precision, finalfunc = s.finish)",
      after:
        "create aggregate s.mid(order by double precision, double precision) (sfunc = s.step_of_two, stype = double precision)",
      does: { replaces: ["aggregates s.mid(double precision,double precision)"] },
    },
    "an aggregate that is hypothetical": {
      before: "",
      after: `create function s.gather(internal, variadic "any") returns internal language internal as 'ordered_set_transition_multi';
        create aggregate s.place(variadic "any" order by variadic "any")
          (sfunc = s.gather, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical)`,
      does: [],
    },
    "a name for an argument that had none": {
      before: total(""),
      after: total("").replace("(integer)", "(n integer)"),
      does: [replacedTotal().replace("(integer)", "(n integer)")],
    },
  },
);

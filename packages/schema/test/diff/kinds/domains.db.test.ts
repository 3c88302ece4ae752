import { describePairs, type Pair } from "./describe-pairs.js";
import { domain, madeAnew } from "./type-ddl.js";

const domains = (before: string, after: string, does: Pair["does"]): Pair => ({
  before: domain(before),
  after: domain(after),
  does,
});

// Since PostgreSQL 17 a NOT NULL is a constraint, which the domain's own rules leave to those of constraints.
const namesOfNotNull: Readonly<Record<string, Pair>> = {
  "not null under a name": domains("integer", "integer constraint filled not null", []),
  "null again where there was a name": domains("integer constraint filled not null", "integer", []),
  "another name of not null": domains("integer constraint filled not null", "integer constraint whole not null", []),
  "a name of not null": domains("integer not null", "integer constraint whole not null", []),
  "no name of not null any more": domains("integer constraint filled not null", "integer not null", []),
  "another type, and not null under a name": domains(
    "integer constraint filled not null",
    "bigint constraint filled not null",
    madeAnew("s.d"),
  ),
};

describePairs("domains", "create schema s", {
  "a default": domains("integer", "integer default 3 + 4", ["alter domain s.d set default (3 + 4)"]),
  "no default any more": domains("integer default 3", "integer", ["alter domain s.d drop default"]),
  "not null": domains("integer", "integer not null", ["alter domain s.d set not null"]),
  "null again": domains("integer not null", "integer", ["alter domain s.d drop not null"]),
  "another type": domains("integer", "bigint", madeAnew("s.d")),
  "another length": domains("varchar(3)", "varchar(4)", madeAnew("s.d")),
  "another collation": domains("text", 'text collate "C"', madeAnew("s.d")),
  "checks that come, go and are another": {
    before: domain("integer constraint one check (value > 1) constraint two check (value > 2)"),
    after: domain("integer constraint two check (value > 3) constraint three check (value > 4)"),
    does: { replaces: ["constraints two on domain s.d"] },
  },
  "a check that is found to hold": {
    before: domain("integer", "; alter domain s.d add constraint one check (value > 1) not valid"),
    after: domain("integer constraint one check (value > 1)"),
    does: ["alter domain s.d validate constraint one"],
  },
  "a check that is not to hold for all any more": {
    before: domain("integer constraint one check (value > 1)"),
    after: domain("integer", "; alter domain s.d add constraint one check (value > 1) not valid"),
    does: { replaces: ["constraints one on domain s.d"] },
  },
  "a domain that is new, with all it can have": {
    before: "",
    after: domain(
      `text collate "C" default 'x' constraint filled not null constraint one check (value > 'a')`,
      "; alter domain s.d add constraint two check (value < 'z') not valid",
    ),
    does: [],
  },
  "a domain that is new, with a check by a function of it": {
    before: "",
    after: domain(
      "integer constraint one check (value > 1)",
      `; create function s.fits(s.d) returns boolean language sql immutable as 'select $1 > 0';
       alter domain s.d add constraint two check (s.fits(value))`,
    ),
    does: [],
  },
  "a domain that is no more, with a check by a function of it": {
    before: domain(
      "integer constraint one check (value > 1)",
      `; create function s.fits(s.d) returns boolean language sql immutable as 'select $1 > 0';
       alter domain s.d add constraint two check (s.fits(value))`,
    ),
    after: "",
    does: [],
  },
  "another type, with checks": {
    before: domain("integer constraint one check (value > 1)"),
    after: domain("bigint constraint one check (value > 1) constraint two check (value > 2)"),
    does: madeAnew("s.d"),
  },
  "a domain that is no more": { before: domain("integer check (value > 1)"), after: "", does: [] },
  ...Object.fromEntries(Object.entries(namesOfNotNull).map(([name, pair]) => [name, { since: 17, ...pair }])),
});

import { ddl, testWrongInputs } from "./test-wrong-inputs.js";

testWrongInputs([
  {
    what: "a load order that names nothing",
    files: ddl({}, "schema:\n  load_order: [db/nothing/**/*.sql]\n"),
    args: ["build"],
    exit: 2,
    code: "CONFITURE_LOAD_ORDER",
    says: ["db/nothing/**/*.sql"],
  },
  {
    what: "files that need each other",
    files: ddl(
      {
        "db/schema/a.sql": "create view a as select * from b;",
        "db/schema/b.sql": "create view b as select * from a;",
      },
      "schema:\n  order: dependencies\n",
    ),
    args: ["build"],
    exit: 2,
    code: "CONFITURE_LOAD_ORDER",
    says: ["db/schema/a.sql", "db/schema/b.sql"],
  },
  {
    what: "a binary file among the DDL",
    files: ddl({ "db/schema/a.sql": new Uint8Array([0, 1, 2]) }),
    args: ["build"],
    exit: 2,
    code: "CONFITURE_FILE_UNREADABLE",
    at: "db/schema/a.sql:1:1",
    says: [],
  },
  {
    what: "DDL that is no SQL",
    files: ddl({ "db/schema/a.sql": "create table a (\n  id int,,\n);" }),
    args: ["build", "--apply"],
    exit: 2,
    code: "CONFITURE_SQL_SYNTAX",
    at: "db/schema/a.sql:2:10",
    says: [],
  },
  {
    what: "DDL that PostgreSQL refuses",
    files: ddl({ "db/schema/a.sql": "create table a (id int);\ncreate view v as\n  select nothing from a;" }),
    args: ["build", "--apply"],
    exit: 3,
    code: "CONFITURE_STATEMENT_FAILED",
    at: "db/schema/a.sql:3:10",
    says: ["42703"],
  },
]);

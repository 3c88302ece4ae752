import { readCatalog } from "@confiture/schema";
import { parseSqlFile, saferSequence } from "@confiture/sql";
import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import { expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

interface Attached {
  /** Of the partitioned table, which is divided by `k`. */
  readonly parent?: string;
  /** Of the table that joins it; its CHECK proves the bound. */
  readonly child?: string;
  readonly file?: string;
  readonly built: boolean;
}

const attach = "alter table p attach partition c for values from (0) to (10)";
const indexes: Readonly<Record<string, Attached>> = {
  "the same expression": {
    parent: "create index on p (lower(a))",
    child: "create index on c (lower(a))",
    built: false,
  },
  "another expression": { parent: "create index on p (lower(a))", child: "create index on c (upper(a))", built: true },
  "an index of some rows": { parent: "create index on p (a)", child: "create index on c (a) where b > 0", built: true },
  "the same rows": {
    parent: "create index on p (a) where b > 0",
    child: "create index on c (a) where b > 0",
    built: false,
  },
  "columns of INCLUDE": { parent: "create index on p (a)", child: "create index on c (a) include (b)", built: true },
  "an operator class": {
    parent: "create index on p (a)",
    child: "create index on c (a text_pattern_ops)",
    built: true,
  },
  "a collation": { parent: "create index on p (a)", child: 'create index on c (a collate "C")', built: true },
  "another order": { parent: "create index on p (a desc)", child: "create index on c (a)", built: false },
  "one index for two": {
    parent: "create index on p (a); create index on p (a)",
    child: "create index on c (a)",
    built: true,
  },
  "an index for a constraint": {
    parent: "alter table p add unique (k)",
    child: "create unique index on c (k)",
    built: true,
  },
  "a constraint for an index": {
    parent: "create unique index on p (k)",
    child: "alter table c add unique (k)",
    built: false,
  },
  "a key that the file adds": {
    child: "alter table c add unique (k)",
    file: "alter table p add unique (k) include (b)",
    built: true,
  },
};

const partitioned = `create table p (k int, a text, b int) partition by range (k);
  create table c (k int not null, a text, b int, check (k >= 0 and k < 10)); insert into c values (1, 'a', 1);`;

describeEachVersion("ATTACH PARTITION builds what the partition lacks:", (version) => {
  for (const [name, { parent, child, file, built }] of Object.entries(indexes)) {
    test(name, async () => {
      const schema = [partitioned, parent, child].filter((part) => part !== undefined).join(";\n");
      const whole = file === undefined ? attach : `${file}; ${attach}`;
      const { predicted, under, over } = await holdAgainstServer({ version, schema, file: whole });
      expect({ under, over, certainty: predicted.certainty }).toEqual({ under: [], over: [], certainty: "certain" });
      expect(predicted.indexBuilds.map(({ table }) => table)).toEqual(built ? ["public.c"] : []);
      if (file === undefined) expect(await answerOf(schema)).toBe(built ? "safer" : "already-safe");
    });
  }

  async function answerOf(schema: string): Promise<string> {
    await using db = await openTestDatabase({ version, sql: schema });
    const { statements } = await parseSqlFile(attach, { file: "attach" });
    return (await saferSequence(statements[0]!, { catalog: await readCatalog(db) })).kind;
  }
});

interface Bound {
  readonly type: string;
  readonly by?: string;
  readonly check: string;
  readonly row: string;
  readonly bound: string;
  readonly read: boolean;
}

const day = (from: string, to: string) => `k >= '${from}' and k < '${to}'`;
const bounds: Readonly<Record<string, Bound>> = {
  "numbers of many digits that do not fit": {
    type: "bigint",
    check: "k >= 5000000000 and k < 60000000000",
    row: "15000000000",
    bound: "from ('10000000000') to ('70000000000')",
    read: true,
  },
  "numbers of many digits that fit": {
    type: "bigint",
    check: "k >= 15000000000 and k < 60000000000",
    row: "15000000000",
    bound: "from ('10000000000') to (70000000000)",
    read: false,
  },
  "numbers with fractions": {
    type: "numeric",
    check: "k >= 9.5 and k < 10",
    row: "9.5",
    bound: "from (1) to ('70')",
    read: false,
  },
  days: {
    type: "date",
    check: day("2024-02-01", "2024-03-01"),
    row: "'2024-02-10'",
    bound: "from ('2024-01-01') to ('2024-03-01')",
    read: false,
  },
  "times beside days": {
    type: "timestamp",
    check: day("2024-02-01", "2024-03-01"),
    row: "'2024-02-10'",
    bound: "from ('2024-01-01') to ('2024-03-01')",
    read: false,
  },
  "texts by their bytes": {
    type: 'text collate "C"',
    check: "k >= 'B' and k < 'a'",
    row: "'B'",
    bound: "from ('A') to ('a')",
    read: false,
  },
  "the same texts": {
    type: "text",
    check: "k >= 'a' and k < 'b'",
    row: "'a'",
    bound: "from ('a') to ('b')",
    read: false,
  },
  "a key in another collation": {
    type: "text",
    by: 'range (k collate "C")',
    check: "k >= 'a' and k < 'b'",
    row: "'a'",
    bound: "from ('a') to ('b')",
    read: true,
  },
  "a value of a list": {
    type: "int",
    by: "list (k)",
    check: "k = 1",
    row: "1",
    bound: "in ('1', '2')",
    read: false,
  },
  "some values of a list": {
    type: "int",
    by: "list (k)",
    check: "k in (1, 2)",
    row: "1",
    bound: "in ('1', 2, 3)",
    read: false,
  },
  "a value too many": {
    type: "int",
    by: "list (k)",
    check: "k in (1, 4)",
    row: "1",
    bound: "in (1, 2, 3)",
    read: true,
  },
};

describeEachVersion("ATTACH PARTITION reads what no CHECK proves:", (version) => {
  for (const [name, { type, by, check, row, bound, read }] of Object.entries(bounds)) {
    test(name, async () => {
      const schema = `create table p (k ${type}) partition by ${by ?? "range (k)"};
        create table c (k ${type} not null, check (${check})); insert into c values (${row});`;
      const file = `alter table p attach partition c for values ${bound}`;
      const { predicted, under, over } = await holdAgainstServer({ version, schema, file });
      expect({ under, over, certainty: predicted.certainty }).toEqual({ under: [], over: [], certainty: "certain" });
      expect(predicted.scans).toEqual(read ? [{ relation: "public.c", why: "partition_bound" }] : []);
    });
  }

  test("for a key in another collation than its column's no CHECK is offered as a proof", async () => {
    const schema = `create table p (k text) partition by range (k collate "C"); create table c (k text not null)`;
    await using db = await openTestDatabase({ version, sql: schema });
    const { statements } = await parseSqlFile("alter table p attach partition c for values from ('a') to ('b')", {
      file: "attach",
    });
    const answer = await saferSequence(statements[0]!, { catalog: await readCatalog(db) });
    expect([answer.kind, answer.because]).toEqual(["none", expect.stringContaining("in its own collation")]);
  });
});

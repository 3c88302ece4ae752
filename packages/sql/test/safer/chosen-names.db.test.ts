import { readCatalog } from "@confiture/schema";
import { parseSqlFile, quoteIdentifier, saferSequence } from "@confiture/sql";
import { describeEachVersion, openTestDatabase } from "@confiture/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";

const name = fc
  .array(fc.constantFrom("a", "B", "é", "漢", " ", '"', "_", "x".repeat(15), "long_word_", "key", "1"), {
    minLength: 1,
    maxLength: 9,
  })
  .map((parts) => clipped(`n${parts.join("")}`));

/** The server would cut it, with a notice, at the same place. */
function clipped(text: string): string {
  let kept = "";
  for (const char of text) if (Buffer.byteLength(kept + char) <= 63) kept += char;
  return kept;
}

const table = fc
  .uniqueArray(name, { minLength: 2, maxLength: 4 })
  .chain((columns) => fc.record({ name, columns: fc.constant(columns) }));

const forms: readonly ((table: string, a: string, b: string) => string)[] = [
  (on, a, b) => `alter table ${on} add unique (${a}, ${b})`,
  (on, a, b) => `alter table ${on} add check (${a} > 0 or ${b} > 0)`,
  (on, a) => `alter table ${on} add check (${a} > 0 or ${a} < 5)`,
  (on, a, b) => `alter table ${on} add foreign key (${b}, ${a}) references target (a, b)`,
  (on, a, b) => `alter table ${on} add primary key (${b}, ${a})`,
];

const seed = Number(process.env.CONFITURE_SEED ?? Date.now());

describeEachVersion(`names are those the server chooses (seed ${seed})`, (version) => {
  test("constraints of random tables", async () => {
    const tables = fc.sample(fc.uniqueArray(table, { minLength: 8, maxLength: 8, selector: (one) => one.name }), {
      numRuns: 1,
      seed,
    })[0]!;
    const quoted = tables.map((one) => ({ on: quoteIdentifier(one.name), columns: one.columns.map(quoteIdentifier) }));
    const schema = quoted
      .map(({ on, columns }) => `create table ${on} (${columns.map((column) => `${column} int`).join(", ")});`)
      .join("\n");
    await using db = await openTestDatabase({ version });
    await db.query(`create table target (a int, b int, unique (a, b));\n${schema}`);
    for (const { on, columns } of quoted) {
      await using session = await db.openSession();
      const catalog = await readCatalog(session);
      for (const form of forms) {
        const sql = form(on, columns[0]!, columns[1]!);
        const { statements } = await parseSqlFile(sql, { file: "name" });
        const answer = await saferSequence(statements[0]!, { catalog });
        if (answer.kind !== "safer") throw new Error(`${sql}: ${answer.because}`);
        await session.query("begin");
        await session.query(sql);
        const { rows } = await session.query<{ name: string }>(
          "select quote_ident(conname) as name from pg_constraint where conrelid = $1::regclass and contype <> 'n'",
          [on],
        );
        await session.query("rollback");
        const spelled = answer.steps
          .map((step) => step.sql)
          .join("\n")
          .replaceAll('"', "");
        expect(spelled, sql).toContain(` ${rows[0]!.name.replaceAll('"', "")} `);
      }
    }
  });

  test("indexes of partitions, named after expressions", async () => {
    await using db = await openTestDatabase({ version });
    await db.query(
      "create table p (a int, b text, c date) partition by range (a); create table p_one partition of p default",
    );
    await using session = await db.openSession();
    const catalog = await readCatalog(session);
    for (const element of expressions) {
      const sql = `create index on p (${element})`;
      const { statements } = await parseSqlFile(sql, { file: "name" });
      const answer = await saferSequence(statements[0]!, { catalog });
      if (answer.kind !== "safer") throw new Error(`${sql}: ${answer.because}`);
      await session.query("begin");
      await session.query(sql);
      const { rows } = await session.query<{ name: string }>(
        "select quote_ident(relname) as name from pg_class where relkind = 'i' and relname like 'p\\_one%'",
      );
      await session.query("rollback");
      expect(answer.steps.at(-1)!.sql, sql).toContain(`attach partition public.${rows[0]!.name}`);
    }
  });
});

const expressions = [
  "lower(b)",
  "(a + 1)",
  "(b::varchar(3)), a",
  "(lower(b)::char(3))",
  "(case when a > 1 then b end)",
  "(case when a > 1 then b else lower(b) end)",
  "coalesce(b, 'x'), a, (coalesce(a, 1))",
  "greatest(a, 5), (least(a, 3))",
  "(nullif(a, 3)), a, (a + 1), (a + 2)",
  '(b collate "C")',
  "(array[a, 1])",
  "pg_catalog.lower(b), b desc",
  "extract(year from c)",
  "(b is null)",
  "(('{1,2}'::int[])[a])",
  "substring(b from 2), trim(b)",
];

import { expectDocument } from "./document-schema.js";
import { runConfiture } from "./run-confiture.js";

/** The database the project below was made for, with rows. */
export const shop = `
  create table customers (id bigint primary key, name text);
  create table orders (id bigint generated always as identity primary key, customer bigint, note text);
  create view open_orders as select * from orders;
  insert into customers select g, 'somebody' from generate_series(1, 50) g;
  insert into orders (customer, note) select 1 + g % 50, 'note' from generate_series(1, 2000) g;
  analyze;
`;
export const config = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";
export const project = {
  "confiture.yaml": config,
  "db/schema/10_shop.sql": shop.replace("analyze;", ""),
  "db/migrations/001_customer.up.sql": `-- Every order has a customer.
create index orders_customer on orders (customer);
alter table orders alter column customer set not null;
alter table orders add foreign key (customer) references customers (id);
`,
};

interface AnalyzeDocument {
  readonly serverVersion: number;
  readonly environment: string | null;
  readonly statements: readonly StatementDocument[];
  readonly risk: { readonly level: string; readonly score: number; readonly notInspected: readonly string[] };
  readonly passed: boolean;
  readonly because: readonly string[];
  readonly trace?: { readonly base: string; readonly differs: readonly string[] };
  readonly rewritten?: readonly { readonly file: string; readonly sql: string | null }[];
}

interface StatementDocument {
  readonly index: number;
  readonly file: string;
  readonly line: number;
  readonly sql: string;
  readonly operations: readonly string[];
  readonly locks: readonly { readonly relation: string; readonly mode: string }[];
  readonly certainty: string;
  readonly assumptions: readonly string[];
  readonly scans: readonly string[];
  readonly duration: { readonly method: string } | null;
  readonly safer: { readonly kind: string } | null;
  readonly trace?: { readonly verdict: string; readonly under?: readonly string[] };
}

interface Where {
  readonly cwd: string;
  readonly url?: string;
  readonly input?: string;
}

export async function analyze(args: readonly string[], { cwd, url, input }: Where) {
  const { code, stdout, stderr } = await runConfiture(["migrate", "analyze", ...args, "--format", "json"], {
    cwd,
    ...(url === undefined ? {} : { env: { DATABASE_URL: url } }),
    ...(input === undefined ? {} : { input }),
  });
  const document = JSON.parse(stdout) as AnalyzeDocument;
  if (!("error" in document)) expectDocument(document, "migrate-analyze.v1");
  return { code, document, stderr };
}

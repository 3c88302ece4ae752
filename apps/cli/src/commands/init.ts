import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import type { GlobalFlags } from "../flags.js";
import { runCommand } from "../output/run-command.js";

const configuration = `# Every key, its default and its meaning: the page docs/reference/configuration.md of Confiture
environments:
  local:
    # A real PostgreSQL shipped through npm, with its data in .confiture/postgres.
    database_url: embedded
  # production:
  #   database_url: \${DATABASE_URL}

schema:
  load_order:
    - db/schema/**/*.sql

migrations:
  directory: db/migrations
`;

const firstTable = `create table note (
  id bigint generated always as identity primary key,
  body text not null,
  created_at timestamptz not null default now()
);
comment on table note is 'A first table, to see a build work. Replace it with your own.';
`;

export async function runInit(this: CliContext, flags: GlobalFlags): Promise<void> {
  await runCommand(this, flags, async () => {
    const wrote = writeProject(this.cwd);
    return {
      document: { files: wrote },
      lines: [
        ...wrote.map((file) => `Wrote ${file}`),
        "",
        "Next:",
        "  confiture build --apply             build db/schema into a local PostgreSQL",
        '  confiture migrate new "add tags"    write the first migration',
        "  confiture migrate up --dry-run      rehearse it",
      ],
    };
  });
}

function writeProject(cwd: string): readonly string[] {
  if (existsSync(join(cwd, "confiture.yaml"))) {
    throw new ConfitureError("CONFITURE_USAGE", "There is a confiture.yaml here already.", {
      hint: "Edit it, or run `confiture init` in another folder.",
    });
  }
  mkdirSync(join(cwd, "db/schema"), { recursive: true });
  mkdirSync(join(cwd, "db/migrations"), { recursive: true });
  writeFileSync(join(cwd, "confiture.yaml"), configuration);
  const wrote = ["confiture.yaml"];
  const table = join("db", "schema", "010_note.sql");
  if (!existsSync(join(cwd, table))) {
    writeFileSync(join(cwd, table), firstTable);
    wrote.push(table);
  }
  if (ignoreServerData(cwd)) wrote.push(".gitignore");
  return wrote;
}

/** The embedded server's data belongs to this machine, not to the repository. */
function ignoreServerData(cwd: string): boolean {
  const path = join(cwd, ".gitignore");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (/^\.confiture\/?$/m.test(text)) return false;
  writeFileSync(path, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}.confiture/\n`);
  return true;
}

import { applyBuild, type Migration, migrate, type SchemaBuild } from "@confiture/migrator";
import { ConfitureError, type Database, type ErrorCode, isConfitureError } from "@confiture/model";
import { compareCatalogs, readCatalog } from "@confiture/schema";
import type { Terminal } from "../output/terminal.js";
import type { Project } from "../project/open-project.js";
import { readRecord } from "./read-record.js";
import type { ServerView } from "./read-server-view.js";

export interface ShadowOptions {
  /** What the environment has: the shadow is held against it. */
  readonly view: ServerView;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

export interface Shadow extends AsyncDisposable {
  readonly database: Database;
  /** What its schema was made of. */
  readonly base: string;
  /** Objects in which it is not the environment's. */
  readonly differs: readonly string[];
  /** The migrations that ran on it and stand in its record. */
  readonly migrations: readonly Migration[];
}

interface Base {
  readonly name: string;
  readonly build?: SchemaBuild;
  readonly migrations: readonly Migration[];
}

/**
 * A shadow database with the environment's schema, from the DDL, the migrations applied, or both: whichever gives what
 * the environment has, else what comes nearest.
 *
 * @throws CONFITURE_SHADOW_UNAVAILABLE when none can be made, or nothing the project has builds the schema
 */
export async function buildShadow(project: Project, options: ShadowOptions): Promise<Shadow> {
  let best: Shadow | undefined;
  let failure: ConfitureError | undefined;
  for (const base of await basesOf(project)) {
    options.terminal.status(`  building a shadow database from ${base.name}`);
    const built = await buildFrom(project, base, options).catch((error: unknown) => {
      if (!isConfitureError(error) || error.code === "CONFITURE_SHADOW_UNAVAILABLE") throw error;
      failure = error;
      return undefined;
    });
    if (built === undefined) continue;
    if (best !== undefined && best.differs.length <= built.differs.length) {
      await built[Symbol.asyncDispose]();
      continue;
    }
    await best?.[Symbol.asyncDispose]();
    best = built;
    if (best.differs.length === 0) break;
  }
  options.terminal.clearStatus();
  if (best !== undefined) return best;
  throw new ConfitureError(
    "CONFITURE_SHADOW_UNAVAILABLE",
    `The schema cannot be built on a shadow database${failure === undefined ? ": there is neither DDL nor an applied migration" : `: ${failure.message}`}`,
    { hint: "`confiture build` and `confiture migrate validate` tell what is wrong with the files.", cause: failure },
  );
}

/** DDL may hold what was before the migrations, or what is there with them; or there is none. */
async function basesOf(project: Project): Promise<readonly Base[]> {
  const migrations = await project.readMigrations().catch(orNone("CONFITURE_FILE_NOT_FOUND", []));
  const { applied } = await readRecord(project, migrations);
  const wasRun = new Set(applied.filter(({ how }) => how === "run").map(({ version }) => version));
  const run = migrations.filter(({ version }) => wasRun.has(version));
  const build = await project.buildSchema({}).catch(orNone("CONFITURE_LOAD_ORDER", undefined));
  const alone: Base = { name: "the migrations applied", migrations: run };
  if (build === undefined) return [alone];
  const ddl: Base = { name: "the DDL", build, migrations: [] };
  return run.length === 0
    ? [ddl]
    : [{ name: "the DDL and the migrations applied", build, migrations: run }, ddl, alone];
}

/** A project may have only one of the two. */
function orNone<Nothing>(code: ErrorCode, nothing: Nothing): (error: unknown) => Nothing {
  return (error) => {
    if (isConfitureError(error) && error.code === code) return nothing;
    throw error;
  };
}

async function buildFrom(project: Project, base: Base, { view, signal }: ShadowOptions): Promise<Shadow> {
  const { ownSchema } = project.config.migrations;
  const database = await project.shadow.create();
  try {
    await using session = await database.openSession();
    if (base.build !== undefined) await applyBuild(session, base.build, { serverWide: "skip" });
    if (base.migrations.length > 0) {
      // What acts on the whole server was done there, and the shadow is part of it.
      const onShadow = { migrations: base.migrations, ownSchema, signal, serverWide: "skip" } as const;
      const { failed } = await migrate(database, onShadow);
      if (failed !== null) throw failed.error;
    }
    const catalog = await readCatalog(session, { exclude: [ownSchema] });
    const differs = compareCatalogs(view.catalog, catalog).map(
      ({ change, kind, name }) =>
        `${{ added: "only on the shadow", removed: "missing there", changed: "different" }[change]}: ${kind} ${name}`,
    );
    return {
      database,
      base: base.name,
      differs,
      migrations: base.migrations,
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

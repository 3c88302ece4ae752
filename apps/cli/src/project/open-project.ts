import { readdirSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { type Config, loadConfig, resolveEnvironment, resolveLoadOrder } from "@confiture/config";
import { buildSchema, type Migration, readMigrations, type SchemaBuild } from "@confiture/migrator";
import type { ShadowProvider } from "@confiture/model";
import { connectDatabase, openEmbeddedServer, type PostgresDatabase, shadowProvider } from "@confiture/postgres";
import type { CliContext } from "../context.js";
import { clearKilledDemos } from "../demo/demo-project.js";
import type { GlobalFlags } from "../flags.js";
import type { Terminal } from "../output/terminal.js";

export interface BuildFlags {
  readonly schema?: string;
  readonly order?: "listed" | "dependencies";
}

/** A project's files and configuration; no server is reached. */
export interface ProjectFiles {
  readonly config: Config;
  /** The folder of confiture.yaml; relative paths of the configuration start here. */
  readonly root: string;
  readonly migrationsDirectory: string;
  readMigrations(): Promise<readonly Migration[]>;
  /** Versions that the names in the migrations folder carry, also when two are the same. */
  versionsInFolder(): readonly string[];
  buildSchema(flags: BuildFlags): Promise<SchemaBuild>;
  /** A path as a person would type it here. */
  shown(path: string): string;
  /** A path a person typed, from here. */
  pathOf(typed: string): string;
}

/** A project with the database of one environment. */
export interface Project extends ProjectFiles, AsyncDisposable {
  readonly database: PostgresDatabase;
  readonly shadow: ShadowProvider;
  /** The name of its environment. */
  readonly environment: string;
}

export async function readProject(
  context: CliContext,
  flags: Pick<GlobalFlags, "config" | "env">,
): Promise<ProjectFiles> {
  const config = await loadConfig({
    cwd: context.cwd,
    env: context.env,
    ...(flags.config === undefined ? {} : { file: flags.config }),
  });
  const { root } = config;
  const migrationsDirectory = resolve(root, config.migrations.directory);
  const shown = (path: string): string => relative(context.cwd, path) || ".";
  return {
    config,
    root,
    migrationsDirectory,
    readMigrations: () => readMigrations(migrationsDirectory, { shownAs: shown(migrationsDirectory) }),
    versionsInFolder: () =>
      readdirSync(migrationsDirectory).flatMap((name) => /^(\d+(?:T\d+)?)[_\-. ]/.exec(name)?.[1] ?? []),
    buildSchema: (build) => {
      return buildSchema({
        root,
        loadOrder: resolveLoadOrder(config, { name: flags.env, env: context.env }),
        order: build.order ?? config.schema.order,
        ...(build.schema === undefined ? {} : { schemaDirectory: build.schema }),
      });
    },
    shown,
    pathOf: (typed) => (isAbsolute(typed) ? typed : resolve(context.cwd, typed)),
  };
}

/** Reads the project and reaches the environment's database; an embedded server is started, and stopped by the last to leave. */
export async function openProject(
  context: CliContext,
  flags: Pick<GlobalFlags, "config" | "env">,
  terminal: Terminal,
): Promise<Project> {
  const files = await readProject(context, flags);
  const environment = resolveEnvironment(files.config, { name: flags.env, env: context.env });
  const opened: AsyncDisposable[] = [];
  const close = async (): Promise<void> => {
    for (const resource of opened.reverse()) await resource[Symbol.asyncDispose]();
  };
  const reach = async (url: string): Promise<PostgresDatabase> => {
    const reached = url === "embedded" ? await openEmbedded(files.root, opened, terminal) : url;
    const database = connectDatabase(reached, { applicationName: "confiture" });
    opened.push(database);
    return database;
  };
  try {
    const database = await reach(environment.databaseUrl);
    const shadowSource =
      environment.shadowDatabaseUrl === undefined ? database : await reach(environment.shadowDatabaseUrl);
    const shadow = shadowProvider({ database: shadowSource });
    return { ...files, database, shadow, environment: environment.name, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const embeddedDatabase = "confiture";

/** Opens the project's own server and makes sure its database is there. */
async function openEmbedded(root: string, opened: AsyncDisposable[], terminal: Terminal): Promise<string> {
  await clearKilledDemos();
  const server = await openEmbeddedServer({
    directory: join(root, ".confiture", "postgres"),
    onProgress: (message) => terminal.note(terminal.paint("dim", message)),
  });
  opened.push(server);
  await using maintenance = connectDatabase(server.url());
  await using session = await maintenance.openSession();
  const { rows } = await session.query("select from pg_catalog.pg_database where datname = $1", [embeddedDatabase]);
  if (rows.length === 0) await session.query(`create database ${embeddedDatabase}`);
  return server.url(embeddedDatabase);
}

import { homedir } from "node:os";
import { join } from "node:path";
import { type BuildCatalog, readBuildCatalog, type SchemaBuild } from "@confiture/migrator";
import { type Catalog, ConfitureError, isConfitureError, type ShadowProvider } from "@confiture/model";
import { connectDatabase, openEmbeddedServer, shadowProvider } from "@confiture/postgres";
import { readServerView } from "../analyze/read-server-view.js";
import type { CliContext } from "../context.js";
import type { CommandTools } from "../output/run-command.js";
import { openProject, type Project, type ProjectFiles, readProject } from "../project/open-project.js";
import { buildDdl, type ProjectFlags } from "./build-ddl.js";
import { type ShadowServer, shadowOnFirst } from "./shadow-servers.js";
import type { Side } from "./side.js";

/** A schema that was named, and read. */
export interface ReadSide {
  readonly side: Side;
  readonly catalog: Catalog;
  /** Of DDL: the files, and what an empty database holds on the server they were built on. */
  readonly ddl?: { readonly build: SchemaBuild; readonly empty: Catalog };
}

export interface ReadSides extends AsyncDisposable {
  readonly from: ReadSide;
  readonly to: ReadSide;
  /** Makes databases to try things on, of the version of both sides. */
  readonly shadow: ShadowProvider;
  /** The project around, if there is one. */
  readonly project: ProjectFiles | undefined;
}

/**
 * Reads two schemas: live ones as they are, DDL as a shadow database becomes by it, on a server of the version that the
 * other side has. Our own schema is no part of either. Dispose to let servers go.
 *
 * @throws CONFITURE_VERSIONS_DIFFER, CONFITURE_SHADOW_UNAVAILABLE, and what reading either side throws
 */
export async function readSides(
  context: CliContext,
  flags: ProjectFlags,
  sides: { readonly from: Side; readonly to: Side },
  { terminal, signal }: CommandTools,
): Promise<ReadSides> {
  const project = await projectHere(context, flags);
  const ownSchema = project?.config.migrations.ownSchema ?? "confiture";
  const servers = new Servers(context, flags, terminal, project);
  try {
    // Files first: what is wrong with them is told before any server is reached.
    const builds = new Map<Side, SchemaBuild>();
    for (const side of [sides.from, sides.to])
      if (side.kind === "ddl") builds.set(side, await buildDdl(context, flags, side));
    const live = new Map<Side, Catalog>();
    for (const side of [sides.from, sides.to]) {
      if (side.kind === "ddl") continue;
      terminal.status(`  reading ${side.shown}`);
      live.set(side, await servers.read(side, ownSchema));
    }
    refuseOtherVersion(sides, live);
    const shadow = shadowOnFirst(servers.forShadows([sides.from, sides.to]));
    let version = majorOf([...live.values()][0]);
    const read = async (side: Side): Promise<ReadSide> => {
      const catalog = live.get(side);
      const build = builds.get(side);
      if (build === undefined || catalog !== undefined) return { side, catalog: catalog! };
      terminal.status(`  building ${side.shown} in a shadow database`);
      const built: BuildCatalog = await readBuildCatalog(build, {
        shadow,
        ownSchema,
        signal,
        ...(version === undefined ? {} : { version }),
      });
      version = majorOf(built.catalog);
      return { side, catalog: built.catalog, ddl: { build, empty: built.empty } };
    };
    const [from, to] = [await read(sides.from), await read(sides.to)];
    terminal.clearStatus();
    return {
      from,
      to,
      shadow: { create: (wanted) => shadow.create(wanted ?? version) },
      project,
      [Symbol.asyncDispose]: () => servers.close(),
    };
  } catch (error) {
    await servers.close();
    throw error;
  }
}

function majorOf(catalog: Catalog | undefined): number | undefined {
  return catalog === undefined ? undefined : Math.floor(catalog.serverVersion / 10_000);
}

/** Each version prints some definitions its own way, so two of them never compare as equal. */
function refuseOtherVersion(
  { from, to }: { readonly from: Side; readonly to: Side },
  live: ReadonlyMap<Side, Catalog>,
): void {
  const [left, right] = [majorOf(live.get(from)), majorOf(live.get(to))];
  if (left === undefined || right === undefined || left === right) return;
  throw new ConfitureError(
    "CONFITURE_VERSIONS_DIFFER",
    `${from.shown} is PostgreSQL ${left} and ${to.shown} is PostgreSQL ${right}: each prints definitions its own way.`,
    {
      hint: "Compare with the DDL, which is built on the version of the other side; or upgrade one of them first.",
      facts: { from: left, to: right },
    },
  );
}

async function projectHere(context: CliContext, flags: ProjectFlags): Promise<ProjectFiles | undefined> {
  try {
    return await readProject(context, flags);
  } catch (error) {
    const missing = isConfitureError(error) && error.code === "CONFITURE_CONFIG_NOT_FOUND";
    if (missing && flags.config === undefined && flags.env === undefined) return undefined;
    throw error;
  }
}

/** Servers that were reached, each once. */
class Servers {
  readonly #context: CliContext;
  readonly #flags: ProjectFlags;
  readonly #terminal: CommandTools["terminal"];
  readonly #project: ProjectFiles | undefined;
  readonly #projects = new Map<string | undefined, Promise<Project>>();
  readonly #opened: AsyncDisposable[] = [];

  constructor(
    context: CliContext,
    flags: ProjectFlags,
    terminal: CommandTools["terminal"],
    project: ProjectFiles | undefined,
  ) {
    this.#context = context;
    this.#flags = flags;
    this.#terminal = terminal;
    this.#project = project;
  }

  async read(side: Exclude<Side, { kind: "ddl" }>, ownSchema: string): Promise<Catalog> {
    const database =
      side.kind === "environment" ? (await this.#environment(side.name)).database : this.#databaseAt(side.url);
    await using session = await database.openSession();
    return (await readServerView(session, ownSchema)).catalog;
  }

  /** In the order in which they are asked: who was named, who has the other side, who is there anyway. */
  forShadows(sides: readonly Side[]): readonly ShadowServer[] {
    const { env } = this.#flags;
    const environment = (name: string | undefined, wanted: boolean): ShadowServer => ({
      name: name === undefined ? "the default environment" : `environment ${name}`,
      wanted,
      open: async () => (await this.#environment(name)).shadow,
    });
    const environments = sides.flatMap((side) => (side.kind === "environment" ? [environment(side.name, false)] : []));
    const urls = sides.flatMap((side) =>
      side.kind === "url"
        ? [{ name: `the server of ${side.shown}`, wanted: false, open: async () => this.#shadowAt(side.url) }]
        : [],
    );
    return [
      ...(env === undefined ? [] : [environment(env, true)]),
      ...environments,
      ...(this.#project === undefined || env !== undefined ? [] : [environment(undefined, false)]),
      ...urls,
      this.#embedded(),
    ];
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.reverse()) await opened[Symbol.asyncDispose]();
  }

  #environment(name: string | undefined): Promise<Project> {
    const known = this.#projects.get(name);
    if (known !== undefined) return known;
    const { env: _env, ...flags } = this.#flags;
    const opening = openProject(
      this.#context,
      name === undefined ? flags : { ...flags, env: name },
      this.#terminal,
    ).then((project) => {
      this.#opened.push(project);
      return project;
    });
    this.#projects.set(name, opening);
    return opening;
  }

  #databaseAt(url: string) {
    const database = connectDatabase(url, { applicationName: "confiture" });
    this.#opened.push(database);
    return database;
  }

  #shadowAt(url: string): ShadowProvider {
    return shadowProvider({ database: this.#databaseAt(url) });
  }

  /** The PostgreSQL that comes through npm, with its data where this user keeps what can be made again. */
  #embedded(): ShadowServer {
    return {
      name: "the PostgreSQL that comes with Confiture",
      wanted: false,
      open: async (version) => {
        const { env, cwd } = this.#context;
        const cache = env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
        const server = await openEmbeddedServer({
          directory:
            this.#project === undefined
              ? join(cache, "confiture", "postgres")
              : join(this.#project.root, ".confiture", "postgres"),
          resolveFrom: cwd,
          ...(version === undefined ? {} : { version }),
          onProgress: (message) => this.#terminal.note(this.#terminal.paint("dim", message)),
        });
        this.#opened.push(server);
        return this.#shadowAt(server.url());
      },
    };
  }
}

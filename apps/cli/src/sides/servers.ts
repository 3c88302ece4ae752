import { homedir } from "node:os";
import { join } from "node:path";
import type { Catalog, ShadowProvider } from "@confiture/model";
import { connectDatabase, openEmbeddedServer, shadowProvider } from "@confiture/postgres";
import { readServerView } from "../analyze/read-server-view.js";
import type { CliContext } from "../context.js";
import type { Terminal } from "../output/terminal.js";
import { openProject, type Project, type ProjectFiles } from "../project/open-project.js";
import type { ProjectFlags } from "./build-ddl.js";
import type { ShadowServer } from "./shadow-servers.js";
import type { Side } from "./side.js";

/** Servers that were reached, each once. */
export class Servers {
  readonly #context: CliContext;
  readonly #flags: ProjectFlags;
  readonly #terminal: Terminal;
  readonly #project: ProjectFiles | undefined;
  readonly #projects = new Map<string | undefined, Promise<Project>>();
  readonly #opened: AsyncDisposable[] = [];

  constructor(context: CliContext, flags: ProjectFlags, terminal: Terminal, project: ProjectFiles | undefined) {
    this.#context = context;
    this.#flags = flags;
    this.#terminal = terminal;
    this.#project = project;
  }

  async read(side: Exclude<Side, { kind: "ddl" }>, ownSchema: string): Promise<Catalog> {
    const database =
      side.kind === "environment" ? (await this.environment(side.name)).database : this.#databaseAt(side.url);
    await using session = await database.openSession();
    return (await readServerView(session, ownSchema)).catalog;
  }

  /** In the order in which they are asked: who was named, who has the other side, who is there anyway. */
  forShadows(sides: readonly Side[]): readonly ShadowServer[] {
    const { env } = this.#flags;
    const environment = (name: string | undefined, wanted: boolean): ShadowServer => ({
      name: name === undefined ? "the default environment" : `environment ${name}`,
      wanted,
      open: async () => (await this.environment(name)).shadow,
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

  environment(name: string | undefined): Promise<Project> {
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

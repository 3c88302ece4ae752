import { readBuildCatalog, type SchemaBuild } from "@confiture/migrator";
import { type Catalog, ConfitureError, isConfitureError, type ShadowProvider } from "@confiture/model";
import type { CliContext } from "../context.js";
import type { CommandTools } from "../output/run-command.js";
import { type Project, type ProjectFiles, readProject } from "../project/open-project.js";
import { buildDdl, type ProjectFlags } from "./build-ddl.js";
import { Servers } from "./servers.js";
import { shadowOnFirst } from "./shadow-servers.js";
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
  tools: CommandTools,
): Promise<ReadSides> {
  const reader = await openSideReader(context, flags, [sides.from, sides.to], tools);
  try {
    // Files first: what is wrong with them is told before any server is reached.
    const builds = { from: await reader.files(sides.from), to: await reader.files(sides.to) };
    const live = { from: await reader.live(sides.from), to: await reader.live(sides.to) };
    if (live.from !== undefined && live.to !== undefined) refuseOtherVersion(sides, live.from, live.to);
    const wanted = majorOf(live.from ?? live.to);
    const from =
      live.from === undefined
        ? await reader.built(sides.from, builds.from!, wanted)
        : { side: sides.from, catalog: live.from };
    const version = majorOf(from.catalog);
    const to =
      live.to === undefined ? await reader.built(sides.to, builds.to!, version) : { side: sides.to, catalog: live.to };
    tools.terminal.clearStatus();
    return {
      from,
      to,
      shadow: reader.shadow,
      project: reader.project,
      [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
    };
  } catch (error) {
    await reader[Symbol.asyncDispose]();
    throw error;
  }
}

/** Reads schemas one by one; what it opened stays open until it is disposed. */
export interface SideReader extends AsyncDisposable {
  readonly project: ProjectFiles | undefined;
  /** Makes databases on the first server that lets us. */
  readonly shadow: ShadowProvider;
  /** The environment with its database: `local` when none is named. */
  environment(name: string | undefined): Promise<Project>;
  /** The files of DDL; undefined for what is live. */
  files(side: Side): Promise<SchemaBuild | undefined>;
  /** The schema of what is live; undefined for DDL. */
  live(side: Side): Promise<Catalog | undefined>;
  /** DDL as a database of that version becomes by it. */
  built(side: Side, build: SchemaBuild, version: number | undefined): Promise<ReadSide>;
}

export async function openSideReader(
  context: CliContext,
  flags: ProjectFlags,
  among: readonly Side[],
  { terminal, signal }: CommandTools,
): Promise<SideReader> {
  const project = await projectHere(context, flags);
  const ownSchema = project?.config.migrations.ownSchema ?? "confiture";
  const servers = new Servers(context, flags, terminal, project);
  const shadow = shadowOnFirst(servers.forShadows(among));
  return {
    project,
    shadow,
    environment: (name) => servers.environment(name),
    files: async (side) => (side.kind === "ddl" ? buildDdl(context, flags, side) : undefined),
    live: async (side) => {
      if (side.kind === "ddl") return undefined;
      terminal.status(`  reading ${side.shown}`);
      return servers.read(side, ownSchema);
    },
    built: async (side, build, version) => {
      terminal.status(`  building ${side.shown} in a shadow database`);
      const where = { shadow, ownSchema, signal, ...(version === undefined ? {} : { version }) };
      const { catalog, empty } = await readBuildCatalog(build, where);
      return { side, catalog, ddl: { build, empty } };
    },
    [Symbol.asyncDispose]: () => servers.close(),
  };
}

function majorOf(catalog: Catalog | undefined): number | undefined {
  return catalog === undefined ? undefined : Math.floor(catalog.serverVersion / 10_000);
}

/** Each version prints some definitions its own way, so two of them never compare as equal. */
function refuseOtherVersion(
  { from, to }: { readonly from: Side; readonly to: Side },
  before: Catalog,
  after: Catalog,
): void {
  const [left, right] = [majorOf(before), majorOf(after)];
  if (left === right) return;
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

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Queryable } from "@confiture/model";
import type { ServerVersion } from "@confiture/testkit";

const folder = new URL("./fixtures/", import.meta.url);

/** Two schemas that differ, to be turned into each other in both directions. */
export interface Fixture {
  /** `group/case`, as its folder is called. */
  readonly name: string;
  /** The first line of `a.sql`: what the pair is about, in one sentence. */
  readonly sentence: string;
  readonly a: string;
  readonly b: string;
  /** Fills the tables of `a` with rows that must survive where `b` still has their columns. */
  readonly rows?: string;
  /** Roles both sides need; see `createRoles`. */
  readonly roles: readonly string[];
  /** The oldest server that both sides load on. */
  readonly minVersion: ServerVersion;
}

/** The names of the groups, each about one kind of object. */
export const fixtureGroups: readonly string[] = readdirSync(folder).sort();

/** Every pair of a group that this version can load. */
export function readFixtures(group: string, version: ServerVersion): readonly Fixture[] {
  return readdirSync(new URL(`${group}/`, folder))
    .sort()
    .map((name) => readFixture(`${group}/${name}`))
    .filter(({ minVersion }) => minVersion <= version);
}

function readFixture(name: string): Fixture {
  const read = (file: string) => readIfThere(new URL(`${name}/${file}`, folder));
  const [a, b, rows] = [read("a.sql"), read("b.sql"), read("rows.sql")];
  if (a === undefined || b === undefined) throw new Error(`${name} needs an a.sql and a b.sql`);
  return {
    name,
    sentence: /^-- (.*)/.exec(a)?.[1] ?? "",
    a,
    b,
    ...(rows === undefined ? {} : { rows }),
    roles: read("roles.txt")?.trim().split("\n") ?? [],
    minVersion: Number(read("min-version.txt") ?? 13) as ServerVersion,
  };
}

/** Roles belong to the whole server: who comes first makes them, and they stay. */
export async function createRoles(db: Queryable, { roles }: Pick<Fixture, "roles">): Promise<void> {
  for (const role of roles) {
    const name = `"${role.replaceAll('"', '""')}"`;
    await db.query(
      `do $$ begin create role ${name}; exception when duplicate_object or unique_violation then null; end $$`,
    );
  }
}

function readIfThere(file: URL): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

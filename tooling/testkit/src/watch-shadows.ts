import type { TestDatabase } from "./open-test-database.js";

export interface ShadowWatch extends AsyncDisposable {
  /** The same database, for a role of its own: what it makes is told from what other tests make on the server meanwhile. */
  readonly url: string;
  readonly role: string;
  /** Databases of that role that are still there. */
  left(): Promise<readonly string[]>;
}

/** Tells which databases a run with the URL given here leaves behind on the server. Ends before `database` does. */
export async function watchShadows(database: TestDatabase): Promise<ShadowWatch> {
  const { rows } = await database.query<{ name: string }>("select current_database() as name");
  const role = `${rows[0]!.name}_maker`;
  await database.query(`create role ${role} superuser login password 'maker'`);
  return {
    role,
    url: database.url.replace(/^([a-z]+:\/\/)([^@/]*@)?/i, `$1${role}:maker@`),
    async left() {
      const made = await database.query<{ datname: string }>(
        "select datname from pg_database where datdba = $1::regrole order by 1",
        [role],
      );
      return made.rows.map(({ datname }) => datname);
    },
    async [Symbol.asyncDispose]() {
      await database.query(`drop owned by ${role} cascade`);
      await database.query(`drop role ${role}`);
    },
  };
}

import { basename, dirname, join } from "node:path";
import { type Migration, migrate } from "@confiture/migrator";
import type { Database } from "@confiture/model";
import type { Project } from "../project/open-project.js";
import { buildShadow, type ShadowOptions } from "./build-shadow.js";
import { type Subject, subjectOfProgram } from "./subject.js";

/**
 * Runs migrations on a shadow database to see which statements their programs send. A program behind SQL that is no
 * migration, or one that fails, stays what nobody has looked into.
 */
export async function recordPrograms(
  project: Project,
  subjects: readonly Subject[],
  options: ShadowOptions,
): Promise<readonly Subject[]> {
  const migrations = leadingMigrations(subjects);
  if (!migrations.some(({ source }) => source === "typescript")) return subjects;
  await using shadow = await buildShadow(project, options);
  const recorded = new Map<string, readonly string[]>();
  const run = {
    migrations: [...shadow.migrations, ...migrations.map(withMarkers)],
    ownSchema: project.config.migrations.ownSchema,
    allowOutOfOrder: true,
    signal: options.signal,
    // The shadow is part of a server on which it would be done for real.
    serverWide: "skip",
  } as const;
  const recording = recordingDatabase(shadow.database, (program, queries) => recorded.set(program, queries));
  const { failed } = await migrate(recording, run);
  return Promise.all(
    subjects.map(async (subject) => {
      const version = subject.migration?.version;
      const queries = version === undefined ? undefined : recorded.get(version);
      if (queries !== undefined && failed?.version !== version) return subjectOfProgram(subject, queries);
      if (version === undefined || failed?.version !== version) return subject;
      return {
        ...subject,
        notInspected: [...subject.notInspected, `${subject.file}: it fails on the shadow, ${failed.error.code}`],
      };
    }),
  );
}

function leadingMigrations(subjects: readonly Subject[]): readonly Migration[] {
  const end = subjects.findIndex(({ migration }) => migration === undefined);
  return subjects.slice(0, end === -1 ? undefined : end).flatMap(({ migration }) => migration ?? []);
}

const begins = "confiture_program_begins";
const ends = "confiture_program_ends";

/** The same program, which says to its connection when it begins and ends: in between, the queries are its own. */
function withMarkers(migration: Migration): Migration {
  if (migration.source !== "typescript") return migration;
  const say = (marker: string): string =>
    `await db.selectNoFrom((of) => of.val(${JSON.stringify(migration.version)}).as("${marker}")).execute();`;
  const text = `import * as module from ${JSON.stringify(`./${basename(migration.file)}`)};
const definition = module.default?.up === undefined ? module : module.default;
export default { ...definition, async up(db) { ${say(begins)} await definition.up(db); ${say(ends)} } };
`;
  // Under its own name it would import itself.
  return { ...migration, text, file: join(dirname(migration.file), `confiture-recording-${basename(migration.file)}`) };
}

function recordingDatabase(
  database: Database,
  onProgram: (version: string, queries: readonly string[]) => void,
): Database {
  return {
    ...database,
    async openSession() {
      const session = await database.openSession();
      let queries: string[] | undefined;
      return {
        ...session,
        async query(text, values) {
          if (text.includes(begins)) queries = [];
          else if (text.includes(ends)) {
            onProgram(String(values?.[0]), queries ?? []);
            queries = undefined;
          } else queries?.push(text);
          return session.query(text, values);
        },
      };
    },
  };
}

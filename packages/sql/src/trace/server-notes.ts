import type { Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";

/** What a server says, at DEBUG1 and DEBUG2, of the work a statement makes it do. PostgreSQL 13–18, in English. */
export interface ServerNotes {
  /** Names of relations, as the server has them: without their schemas. */
  readonly rewritten: readonly string[];
  readonly verified: readonly string[];
  readonly built: readonly { readonly index: string; readonly table: string }[];
  /** CLUSTER and VACUUM FULL, with schemas. */
  readonly clustered: readonly string[];
  readonly validatesForeignKey: boolean;
}

/**
 * Runs `work` and collects what the server says meanwhile. `local`: inside a transaction of the caller's. The session's
 * settings are as before afterwards; after a failure inside a transaction, its end sees to that.
 * @throws CONFITURE_USAGE for a session that does not pass on notices.
 */
export async function withServerNotes<Result>(
  session: Session,
  work: () => Promise<Result>,
  { local }: { readonly local: boolean },
): Promise<{ readonly result: Result; readonly notes: ServerNotes }> {
  if (session.onNotice === undefined) {
    throw new ConfitureError("CONFITURE_USAGE", "This session does not pass on what the server says.", {
      hint: "Hand in a database whose sessions have `onNotice`; those of @confiture/postgres do.",
    });
  }
  const messages: string[] = [];
  const { rows } = await session.query<Settings>(readSettings);
  const usual = rows[0]!;
  await setSettings(session, { level: "debug2", language: "C", superuser: usual.superuser }, local);
  const stop = session.onNotice(({ message }) => void messages.push(message));
  const result = await work().finally(stop);
  await setSettings(session, usual, local);
  return { result, notes: readNotes(messages) };
}

interface Settings {
  readonly level: string;
  readonly language: string;
  /** Who is not may not choose the language of messages. */
  readonly superuser: boolean;
}

const readSettings = `
  select current_setting('client_min_messages') as level, current_setting('lc_messages') as language,
    current_setting('is_superuser')::boolean as superuser`;

async function setSettings(session: Session, { level, language, superuser }: Settings, local: boolean): Promise<void> {
  await session.query(
    `select set_config('client_min_messages', $1, $3), case when $4 then set_config('lc_messages', $2, $3) end`,
    [level, language, local, superuser],
  );
}

function readNotes(messages: readonly string[]): ServerNotes {
  const named = (pattern: RegExp) => messages.flatMap((message) => pattern.exec(message)?.[1] ?? []);
  return {
    rewritten: named(/^rewriting table "(.*)"$/),
    verified: named(/^verifying table "(.*)"$/),
    built: messages.flatMap((message) => {
      const [, index, table] = /^building index "(.*)" on table "(.*)" (?:serially|with request)/.exec(message) ?? [];
      return index === undefined || table === undefined ? [] : [{ index, table }];
    }),
    clustered: named(/^(?:clustering|vacuuming) "(.*?)"(?: using (?:index|sequential) scan.*)?$/),
    validatesForeignKey: messages.some((message) => message.startsWith("validating foreign key constraint ")),
  };
}

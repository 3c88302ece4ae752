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

/** Runs `work` and collects what the server says meanwhile. The session's settings are as before afterwards. */
export async function withServerNotes<Result>(
  session: Session,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly notes: ServerNotes }> {
  if (session.onNotice === undefined) {
    throw new ConfitureError("CONFITURE_USAGE", "This session does not pass on what the server says.", {
      hint: "Hand in a database whose sessions have `onNotice`; those of @confiture/postgres do.",
    });
  }
  const messages: string[] = [];
  const stop = session.onNotice(({ message }) => void messages.push(message));
  try {
    return { result: await work(), notes: readNotes(messages) };
  } finally {
    stop();
  }
}

/** How loud the server must be for `withServerNotes`; says what to go back to. */
export const loudSettings = "set local client_min_messages = debug2";

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

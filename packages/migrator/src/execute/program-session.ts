import type { Session } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import { parseSqlFile } from "@confiture/sql";

export interface ProgramLimits {
  /** True: the session's transaction is the migration's, and the program may not end it. */
  readonly insideTransaction: boolean;
  /** True on a shadow: what acts on the whole server would act on the shadow's, which may be production's. */
  readonly inOneDatabase: boolean;
}

// Words without which a text holds no such statement: most queries of a program are not parsed.
const wordsOfControl = /\b(begin|start|commit|end|rollback|abort|prepare)\b/i;
const wordsOfServer =
  /\b(role|user|group|database|tablespace|system|subscription|owned|grant|revoke|dblink\w*|pg_\w+)\b/i;

/** The session as a TypeScript migration may use it: each query is looked at before it is sent. */
export function programSession(session: Session, limits: ProgramLimits): Session {
  return {
    ...session,
    query: async (text, values) => {
      await refuse(text, limits);
      return session.query(text, values);
    },
  };
}

async function refuse(text: string, { insideTransaction, inOneDatabase }: ProgramLimits): Promise<void> {
  const control = insideTransaction && wordsOfControl.test(text);
  const server = inOneDatabase && wordsOfServer.test(text);
  if (!control && !server) return;
  const { statements } = await parseSqlFile(text, { file: "a query of the program" });
  for (const { transactionality, serverWide } of statements) {
    if (insideTransaction && transactionality.kind === "transaction-control" && endsIt(transactionality.control))
      throw endsTransaction(transactionality.control);
    if (inOneDatabase && serverWide !== undefined) throw actsOnServer(serverWide);
  }
}

function endsIt(control: string): boolean {
  return control === "begin" || control === "commit" || control === "rollback" || control === "prepare";
}

function endsTransaction(control: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_TRANSACTION_CONTROL",
    `The program sends ${control.toUpperCase()}, and its transaction is the migration's.`,
    { hint: "Leave it out, or say `transaction: false` in the migration." },
  );
}

/** On a shadow it would be done for real, to the server that the shadow is part of. */
export function actsOnServer(what: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_SERVER_WIDE",
    `${what} acts on the whole server, and a shadow database does not contain it.`,
    { hint: "Keep such statements apart from migrations that are to be proven, or try them on a server of their own." },
  );
}

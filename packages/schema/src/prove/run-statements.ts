import type { Effect, Session } from "@confiture/model";

/** A statement of a plan, as far as running it and judging it goes. */
export interface ProofStatement {
  readonly sql: string;
  /** False: PostgreSQL refuses it inside a transaction. Default: true. */
  readonly transactional?: boolean;
  /** Why what comes behind needs it committed: a new enum value cannot be used in its own transaction. */
  readonly commitBehind?: string;
  /** What the plan says that it does. Where no statement says, no table written anew is held against the plan. */
  readonly effect?: Pick<Effect, "rewrites" | "fileSwaps">;
}

export type ProofOutcome =
  | { readonly kind: "applied" }
  | {
      readonly kind: "failed";
      /** Position among the statements, from 0. */
      readonly index: number;
      readonly sql: string;
      /** SQLSTATE; absent when it was not the server that refused. */
      readonly code?: string;
      readonly message: string;
    };

/** What a diff's statements are written for: names are qualified, and bodies may name what comes later. */
const settings = "set search_path = ''; set check_function_bodies = off";

/** Neighbours that may share a transaction do; the first failure ends it, and undoes its transaction alone. */
export async function runStatements(session: Session, statements: readonly ProofStatement[]): Promise<ProofOutcome> {
  await session.query(settings);
  let open = false;
  for (const [index, { sql, transactional = true, commitBehind }] of statements.entries()) {
    try {
      if (open && !transactional) open = await commit(session);
      if (!open && transactional) open = await begin(session);
      await session.query(sql);
      if (open && commitBehind !== undefined) open = await commit(session);
    } catch (error) {
      if (open) await session.query("rollback");
      return failure(error, index, sql);
    }
  }
  const last = statements.length - 1;
  try {
    if (open) await commit(session);
    return { kind: "applied" };
  } catch (error) {
    // Deferred constraints are checked at the very end.
    return failure(error, last, statements[last]?.sql ?? "commit");
  }
}

async function begin(session: Session): Promise<true> {
  await session.query("begin");
  return true;
}

async function commit(session: Session): Promise<false> {
  await session.query("commit");
  return false;
}

function failure(error: unknown, index: number, sql: string): ProofOutcome {
  const code = error instanceof Error && "code" in error ? { code: String(error.code) } : {};
  return { kind: "failed", index, sql, ...code, message: error instanceof Error ? error.message : String(error) };
}

/** Not the statement is wrong, but the rows are not as it needs them: a value, a key, a check. */
export function isAboutRows(outcome: ProofOutcome): boolean {
  return outcome.kind === "failed" && /^(22|23)/.test(outcome.code ?? "");
}

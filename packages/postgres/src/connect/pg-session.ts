import { finished } from "node:stream/promises";
import type { OwnedSession, QueryResult, ServerNotice } from "@confiture/model";
import { ConfitureError } from "@confiture/model";
import type pg from "pg";

/** How a session ends: an own client is closed, a pooled one goes back. */
export type EndSession = (state: { readonly lost: boolean; readonly inTransaction: boolean }) => Promise<void>;

type LostListener = (error: Error) => void;

/**
 * A session over one connected client. A text of several statements answers with the last statement that has a
 * command; a broken connection rejects with CONFITURE_CONNECTION_LOST, every other error is the driver's own.
 */
export function pgSession(client: pg.ClientBase, endSession: EndSession): OwnedSession {
  let lost: Error | undefined;
  let ended: Promise<void> | undefined;
  const lostListeners = new Set<LostListener>();

  const noteLoss = (error: Error): void => {
    if (lost !== undefined || ended !== undefined) return;
    lost = error;
    for (const listener of lostListeners) listener(error);
    lostListeners.clear();
  };
  // An idle client that loses its server emits 'error'; unheard, that would end the process.
  const onEnd = () => noteLoss(new Error("the server closed the connection"));
  client.on("error", noteLoss);
  client.on("end", onEnd);

  let previous: Promise<unknown> = Promise.resolve();
  // One after another: the driver will refuse a query while another runs, and an observer may cancel between samples.
  function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = previous.then(() => attempt(work));
    previous = result.catch(() => undefined);
    return result;
  }

  async function attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    if (ended !== undefined) throw closedError();
    if (lost !== undefined) throw lostError(lost);
    try {
      return await work();
    } catch (error) {
      if (ended !== undefined && isFatal(error)) throw closedError();
      // The event that tells of the loss may come only after the query was rejected.
      if (isFatal(error)) noteLoss(error as Error);
      throw lost === undefined ? error : lostError(error);
    }
  }

  return {
    ...processIdOf(client),
    query: <Row>(text: string, values?: readonly unknown[]) => guarded(() => runQuery<Row>(client, text, values)),
    copyIn: (text, data) => guarded(() => runCopy(client, text, data)),
    onNotice: (listener) => listenToNotices(client, listener),
    onLost(listener) {
      if (lost !== undefined) {
        const error = lost;
        queueMicrotask(() => listener(error));
      } else lostListeners.add(listener);
      return () => lostListeners.delete(listener);
    },
    [Symbol.asyncDispose]() {
      ended ??= endSession({ lost: lost !== undefined, inTransaction: inTransaction(client) }).finally(() => {
        client.off("end", onEnd);
        // A client of our own keeps its 'error' listener: nobody else would hear it. A pool listens again itself.
        if ("release" in client) client.off("error", noteLoss);
      });
      return ended;
    },
  };
}

async function runQuery<Row>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult<Row>> {
  // `extended` also without any value: the caller said that it is one statement.
  const query = values === undefined ? { text } : { text, values: [...values], queryMode: "extended" };
  const answer: unknown = await client.query(query);
  const result = lastWithCommand(answer);
  return { rows: result.rows as Row[], rowCount: result.rowCount };
}

interface DriverResult {
  readonly command: string | null;
  readonly rows: unknown[];
  readonly rowCount: number | null;
}

/** The driver answers an array to several statements; a trailing comment or semicolon is an empty one. */
function lastWithCommand(answer: unknown): DriverResult {
  if (!Array.isArray(answer)) return answer as DriverResult;
  const results = answer as DriverResult[];
  return results.findLast((result) => result.command !== null) ?? results.at(-1)!;
}

async function runCopy(client: pg.ClientBase, text: string, data: string | Uint8Array): Promise<QueryResult<never>> {
  // Loaded by those who copy: few migrations do.
  const { from: copyFrom } = await import("pg-copy-streams");
  const stream = client.query(copyFrom(text));
  stream.end(typeof data === "string" ? Buffer.from(data, "utf8") : Buffer.from(data));
  await finished(stream, { readable: false });
  return { rows: [], rowCount: stream.rowCount };
}

function listenToNotices(client: pg.ClientBase, listener: (notice: ServerNotice) => void): () => void {
  const forward = (notice: { severity?: string; code?: string; message?: string }) =>
    listener({ severity: notice.severity ?? "", code: notice.code ?? "", message: notice.message ?? "" });
  client.on("notice", forward);
  return () => client.off("notice", forward);
}

function processIdOf(client: pg.ClientBase): { readonly processId?: number } {
  const { processID } = client as unknown as { readonly processID: number | null };
  return processID === null ? {} : { processId: processID };
}

/** What the server said with its last ReadyForQuery: T in a transaction, E in a failed one. */
function inTransaction(client: pg.ClientBase): boolean {
  // Older drivers cannot tell; the next user of a pooled client would then meet our transaction, so ask for pg >= 8.16.
  const { getTransactionStatus } = client as unknown as { readonly getTransactionStatus?: () => string | null };
  const status = getTransactionStatus?.call(client);
  return status === "T" || status === "E";
}

/** The server ends the connection itself (FATAL, PANIC), or the driver says that it is gone. */
function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("severity" in error && (error.severity === "FATAL" || error.severity === "PANIC")) return true;
  const code = "code" in error ? String(error.code) : "";
  return (
    /^(ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED)$/.test(code) ||
    /^Connection terminated|not queryable|Client was closed/i.test(error.message)
  );
}

function lostError(cause: unknown): ConfitureError {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ConfitureError("CONFITURE_CONNECTION_LOST", `The connection to the server was lost: ${why}.`, {
    hint: "Run the command again: what was committed is recorded.",
    cause,
    facts: code === undefined ? {} : { code },
  });
}

function closedError(): ConfitureError {
  return new ConfitureError("CONFITURE_CONNECTION_LOST", "The session was closed before this query had ended.", {
    hint: "Open another session.",
  });
}

import type { Queryable } from "@confiture/model";

export interface AskOptions {
  /** Milliseconds one query may take. What takes longer is reported as not inspected. */
  readonly timeoutMs?: number;
  /**
   * A transaction of the caller's is open on the queryable, which must then be one connection: every query runs behind
   * a savepoint and is undone. Default: false, and every query is a read-only transaction of its own; a pool will do.
   */
  readonly insideTransaction?: boolean;
}

export type Answer<Row> =
  | { readonly kind: "answered"; readonly rows: readonly Row[] }
  /** `because` is a sentence without row values; what the server said is left out, for it may hold some. */
  | { readonly kind: "refused"; readonly because: string; readonly sqlState: string };

export interface BoundedQueries {
  /** The schemas that unqualified names are looked for in, first one first. */
  readonly searchPath: readonly string[];
  /** 13 to 18. */
  readonly serverVersion: number;
  ask<Row>(query: string, options?: OneQuery): Promise<Answer<Row>>;
}

export interface OneQuery {
  readonly timeoutMs?: number;
  /** `caller`: names in the query mean what they mean to the caller, and row security must not hide rows. */
  readonly names?: "catalog" | "caller";
}

const defaultTimeoutMs = 1_000;

/** Nobody should queue behind us, so we hardly queue ourselves. */
const lockTimeoutMs = 200;

/**
 * Queries that change nothing and take no longer than told. Each goes out as one text, so that its settings hold
 * whatever connection of a pool it meets, and are gone after it.
 *
 * @throws TypeError when a transaction is open and `insideTransaction` does not say so: our settings would stay in it.
 */
export async function openBoundedQueries(queryable: Queryable, options: AskOptions = {}): Promise<BoundedQueries> {
  const usual = options.timeoutMs ?? defaultTimeoutMs;
  if (!(usual >= 1)) throw new RangeError(`timeoutMs is ${usual}; it must be at least 1`);
  const inside = options.insideTransaction === true;
  const send = inside ? behindSavepoint(queryable) : <Row>(text: string) => queryable.query<Row>(text);
  const { rows } = await send<{ version: number; path: readonly string[]; open: boolean }>(
    // Outside a transaction block, transaction and statement begin with the same tick of the clock.
    `select pg_catalog.current_setting('server_version_num')::int / 10000 as version,
            pg_catalog.to_json(pg_catalog.current_schemas(false)) as path,
            pg_catalog.now() operator(pg_catalog.<>) pg_catalog.statement_timestamp() as open`,
  );
  const [server] = rows;
  if (server === undefined) throw new TypeError("The queryable answers without rows.");
  if (server.open && !inside) {
    throw new TypeError("A transaction is open on this connection: say so with insideTransaction: true.");
  }
  return {
    searchPath: server.path,
    serverVersion: server.version,
    async ask<Row>(query: string, { timeoutMs = usual, names = "catalog" }: OneQuery = {}): Promise<Answer<Row>> {
      try {
        const answer: unknown = await send<Row>(`${settingsFor(timeoutMs, names)};\n${query}`);
        return { kind: "answered", rows: lastRows<Row>(answer) };
      } catch (error) {
        return refusal(error, timeoutMs);
      }
    },
  };
}

function settingsFor(timeoutMs: number, names: "catalog" | "caller"): string {
  const settings = [
    "transaction_read_only = on",
    `statement_timeout = ${Math.max(1, Math.round(timeoutMs))}`,
    `lock_timeout = ${Math.max(1, Math.min(lockTimeoutMs, Math.round(timeoutMs)))}`,
    "jit = off",
    // A policy would hide the very rows that are looked for; with this, PostgreSQL refuses instead.
    names === "caller" ? "row_security = off" : "search_path = pg_catalog, pg_temp",
  ];
  return settings.map((setting) => `set local ${setting}`).join("; ");
}

/** Our sessions answer a text of several statements with the last one's result, the driver alone with a list. */
function lastRows<Row>(answer: unknown): readonly Row[] {
  const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
  return (last as { readonly rows: readonly Row[] }).rows;
}

function behindSavepoint(queryable: Queryable) {
  const undo = "rollback to savepoint confiture_risk; release savepoint confiture_risk";
  return async <Row>(text: string) => {
    await queryable.query("savepoint confiture_risk");
    try {
      return await queryable.query<Row>(text);
    } finally {
      await queryable.query(undo);
    }
  };
}

const reasons: Readonly<Record<string, (timeoutMs: number) => string>> = {
  "57014": (timeoutMs) => `it took longer than ${Math.round(timeoutMs)} ms`,
  "55P03": () => "somebody holds a lock on it that keeps readers out",
  "42501": () => "this role may not read it, or not all of its rows",
  "42P01": () => "it does not exist",
  "42703": () => "a column of it does not exist",
};

/** What ends the connection is the caller's to know; everything else is something that could not be inspected. */
function refusal(error: unknown, timeoutMs: number): Answer<never> {
  const sqlState = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (!/^[0-9A-Z]{5}$/.test(sqlState) || /^(08|57P|XX)/.test(sqlState)) throw error;
  return {
    kind: "refused",
    because: reasons[sqlState]?.(timeoutMs) ?? `the server refuses the query (SQLSTATE ${sqlState})`,
    sqlState,
  };
}

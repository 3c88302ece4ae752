import type { Session } from "@confiture/model";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";

/** How transactions of the Kysely relate to the session's. */
export interface KyselyOverSessionOptions {
  /** True: the session's transaction is open, and `db.transaction()` is a savepoint in it. Default false: a real one. */
  readonly insideTransaction?: boolean;
}

/**
 * A Kysely over one session of ours: what it runs, runs in that session's transaction and under its settings. One query
 * after another; `stream()` throws; `destroy()` leaves the session open. Errors are those of the session.
 */
export function kyselyOverSession<DB = unknown>(session: Session, options: KyselyOverSessionOptions = {}): Kysely<DB> {
  return new Kysely<DB>({ dialect: sessionDialect(session, options.insideTransaction ?? false) });
}

function sessionDialect(session: Session, insideTransaction: boolean): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new SessionDriver(session, insideTransaction ? nested : real),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

interface TransactionWords {
  readonly begin: string;
  readonly commit: string;
  readonly rollback: string;
}

const real: TransactionWords = { begin: "begin", commit: "commit", rollback: "rollback" };
const nested: TransactionWords = {
  begin: "savepoint confiture_program",
  commit: "release savepoint confiture_program",
  rollback: "rollback to savepoint confiture_program",
};

class SessionDriver implements Driver {
  readonly #session: Session;
  readonly #words: TransactionWords;

  constructor(session: Session, words: TransactionWords) {
    this.#session = session;
    this.#words = words;
  }

  async init(): Promise<void> {
    // The session is open already.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new SessionConnection(this.#session);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.#words.begin));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.#words.commit));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.#words.rollback));
  }

  async releaseConnection(): Promise<void> {
    // It belongs to the migration.
  }

  async destroy(): Promise<void> {
    // It belongs to the migration.
  }
}

class SessionConnection implements DatabaseConnection {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const result =
      query.parameters.length === 0
        ? await this.#session.query<Row>(query.sql)
        : await this.#session.query<Row>(query.sql, query.parameters);
    return {
      rows: result.rows,
      ...(result.rowCount === null ? {} : { numAffectedRows: BigInt(result.rowCount) }),
    };
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface wants a generator; this connection has no cursor to stream from.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("A migration cannot stream rows: read them with execute().");
  }
}

/** What a server answered to one statement. */
export interface QueryResult<Row> {
  readonly rows: Row[];
  /** Rows returned or changed; null where PostgreSQL reports none (DDL). */
  readonly rowCount: number | null;
}

/**
 * The part of a connection most of Confiture uses. A `pg` client, a `pg` pool and a Kysely adapter all fit.
 *
 * Called without `values`, the text goes out by the simple query protocol and may hold several statements;
 * with `values`, it is one statement with `$1`-style parameters.
 */
export interface Queryable {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
}

import { ConfitureError, type Session } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";
import { pause } from "../../execute/backoff.js";
import { json, type Place, type Range, type Walk } from "./walk.js";

/** A backfill that was begun and not finished. */
export interface OpenBackfill {
  readonly definition: string;
  readonly end: Place | null;
  readonly totalRows: number;
  readonly stage: string | null;
}

/** What our tables know of one backfill. */
export class BackfillRecord {
  readonly #own: string;

  constructor(
    readonly id: string,
    ownSchema: string,
  ) {
    this.#own = quoteIdentifier(ownSchema);
  }

  /**
   * One process at a time. The backend of one that was killed may hold it a while.
   *
   * @throws CONFITURE_LOCK_HELD
   */
  async lock(session: Session, signal: AbortSignal): Promise<void> {
    const until = Date.now() + 30_000;
    for (;;) {
      const { rows } = await session.query<{ got: boolean }>(
        "select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtext('confiture backfill'), pg_catalog.hashtext($1)) as got",
        [this.id],
      );
      if (rows[0]?.got === true) return;
      signal.throwIfAborted();
      if (Date.now() > until)
        throw new ConfitureError("CONFITURE_LOCK_HELD", `The backfill ${this.id} is at work in another session.`, {
          hint: "Wait for it to end.",
        });
      await pause(250, signal);
    }
  }

  async unlock(session: Session): Promise<void> {
    await session.query(
      "select pg_catalog.pg_advisory_unlock(pg_catalog.hashtext('confiture backfill'), pg_catalog.hashtext($1))",
      [this.id],
    );
  }

  async open(session: Session): Promise<OpenBackfill | undefined> {
    const { rows } = await session.query<{
      definition: string;
      end: Place | null;
      total: string;
      stage: string | null;
    }>(
      `select definition, last_key as "end", total_rows as total, stage from ${this.#own}.backfills where id = $1 and finished_at is null`,
      [this.id],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    return { definition: row.definition, end: row.end, totalRows: Number(row.total), stage: row.stage };
  }

  /** Forgets an earlier one of the same id. */
  async begin(session: Session, { definition, end, totalRows, stage }: OpenBackfill): Promise<void> {
    await session.query(`delete from ${this.#own}.backfills where id = $1`, [this.id]);
    await session.query(
      `insert into ${this.#own}.backfills (id, definition, last_key, total_rows, stage) values ($1, $2, $3, $4, $5)`,
      [this.id, definition, json(end), totalRows, stage],
    );
  }

  /** Begins the walk anew, as far as there are rows now. */
  async repeat(session: Session, end: Place): Promise<void> {
    await session.query(`delete from ${this.#own}.backfill_batches where backfill = $1`, [this.id]);
    await session.query(`update ${this.#own}.backfills set last_key = $2 where id = $1`, [this.id, json(end)]);
  }

  /** Batches that were done, in the order of the walk. */
  async doneBatches(session: Session, { order }: Walk): Promise<readonly Range[]> {
    const { rows } = await session.query<Range>(
      `select lower_key as lower, upper_key as upper from ${this.#own}.backfill_batches where backfill = $1 order by ${order("upper_key")}`,
      [this.id],
    );
    return rows;
  }

  /** Within the transaction of the batch. */
  async noteBatch(session: Session, { lower, upper }: Range, rowsChanged: number): Promise<void> {
    await session.query(
      `insert into ${this.#own}.backfill_batches (backfill, lower_key, upper_key, rows_changed) values ($1, $2, $3, $4)`,
      [this.id, json(lower), json(upper), rowsChanged],
    );
  }

  /** What was done by all runs of it. The batches are not needed any more. */
  async finish(session: Session): Promise<{ readonly rows: number; readonly batches: number }> {
    const { rows } = await session.query<{ rows: string; batches: string }>(
      `select coalesce(pg_catalog.sum(rows_changed), 0) as rows, pg_catalog.count(*) as batches from ${this.#own}.backfill_batches where backfill = $1`,
      [this.id],
    );
    await session.query(`update ${this.#own}.backfills set finished_at = pg_catalog.clock_timestamp() where id = $1`, [
      this.id,
    ]);
    await session.query(`delete from ${this.#own}.backfill_batches where backfill = $1`, [this.id]);
    return { rows: Number(rows[0]?.rows ?? 0), batches: Number(rows[0]?.batches ?? 0) };
  }
}

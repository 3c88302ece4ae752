import type { Queryable } from "@confiture/model";
import { quoteIdentifier } from "@confiture/sql";

/** A row of `pauses`: somebody asked the run to stop for a while. */
export interface Pause {
  /** A number in digits. */
  readonly id: string;
  readonly because: string;
  /** The run that paused; null while it has not. */
  readonly executionId: string | null;
  readonly version: string | null;
  readonly isPaused: boolean;
  readonly isResumeWanted: boolean;
  readonly isOver: boolean;
}

const columns = `id::text, because, execution_id::text as "executionId", version, paused_at is not null as "isPaused",
  resume_requested_at is not null as "isResumeWanted", ended_at is not null as "isOver"`;

export class Pauses {
  readonly #session: Queryable;
  readonly #table: string;

  constructor(session: Queryable, ownSchema: string) {
    this.#session = session;
    this.#table = `${quoteIdentifier(ownSchema)}.pauses`;
  }

  async request(because: string): Promise<Pause> {
    return this.#one(`insert into ${this.#table} (because) values ($1) returning ${columns}`, [because]);
  }

  async find(id: string): Promise<Pause> {
    return this.#one(`select ${columns} from ${this.#table} where id = $1::bigint`, [id]);
  }

  /** The oldest that is not over. */
  async open(): Promise<Pause | undefined> {
    const text = `select ${columns} from ${this.#table} where ended_at is null order by pauses.id limit 1`;
    return (await this.#session.query<Pause>(text)).rows[0];
  }

  /** The run stands still. All who asked for it have it by that. */
  async begin(id: string, executionId: string, version: string): Promise<void> {
    await this.#session.query(
      `update ${this.#table} set paused_at = pg_catalog.clock_timestamp(), execution_id = $2, version = $3,
              ended_at = case when id = $1::bigint then null else pg_catalog.clock_timestamp() end
       where ended_at is null`,
      [id, executionId, version],
    );
  }

  /** Lets the run that stands still go on, and takes back what it has not done yet. */
  async wantResume(): Promise<void> {
    await this.#session.query(
      `update ${this.#table} set resume_requested_at = pg_catalog.clock_timestamp(), ended_at = case when paused_at is null then pg_catalog.clock_timestamp() end
       where ended_at is null`,
    );
  }

  /** None is open any more: the run goes on. With a time of the server's clock, those that were asked for before: of runs that are over. */
  async endAll(before: string | null = null): Promise<void> {
    await this.#session.query(
      `update ${this.#table} set ended_at = pg_catalog.clock_timestamp()
       where ended_at is null and ($1::timestamptz is null or requested_at < $1::timestamptz)`,
      [before],
    );
  }

  async #one(text: string, values: readonly unknown[]): Promise<Pause> {
    const { rows } = await this.#session.query<Pause>(text, values);
    const [pause] = rows;
    if (pause === undefined) throw new RangeError("a pause that was written is not there");
    return pause;
  }
}

/** One step in the history of our own tables. */
export interface OwnMigration {
  /** Recorded in `own_migrations`. */
  readonly id: string;
  /** Several statements; `{own}` stands for the quoted name of our schema. */
  readonly sql: string;
}

/**
 * Our own tables, as migrations of their own: a new version of Confiture appends to this list and never edits it.
 * All of them run in one transaction, under the same lock as everything else, with the first run that writes. Whoever
 * runs them by hand first creates the schema and in it `own_migrations (id text primary key, applied_at timestamptz not
 * null default now())`, which gets a row for each.
 */
export const ownMigrations: readonly OwnMigration[] = [
  {
    id: "0001-journal",
    sql: `
create table {own}.migrations (
  version text primary key,
  sort_key numeric not null unique,
  name text not null,
  source text not null check (source in ('sql', 'yaml', 'typescript')),
  file text not null,
  state text not null check (state in ('applied', 'applying', 'reverting')),
  how text not null default 'run' check (how in ('run', 'baseline')),
  checksum text not null,
  checksum_algorithm text not null,
  raw_hash text not null,
  up_text text not null,
  down_text text,
  execution_id uuid not null,
  plan_hash text not null,
  applied_at timestamptz not null default pg_catalog.clock_timestamp(),
  applied_by text not null default session_user,
  host text not null,
  duration_ms double precision not null,
  tool_version text not null
);
comment on table {own}.migrations is 'What is applied now. Written by confiture; the past is in events.';

create table {own}.events (
  id bigint generated always as identity primary key,
  at timestamptz not null default pg_catalog.clock_timestamp(),
  execution_id uuid not null,
  kind text not null,
  version text,
  name text,
  actor text not null default session_user,
  os_user text not null,
  host text not null,
  duration_ms double precision,
  checksum text,
  plan_hash text,
  tool_version text not null,
  details jsonb not null default '{}'
);
comment on table {own}.events is 'Everything that happened, in order. Append-only.';
create index events_version on {own}.events (version);

create table {own}.steps (
  version text not null,
  direction text not null check (direction in ('up', 'down')),
  segment integer not null,
  hash text not null,
  state text not null check (state in ('started', 'finished')),
  statement text not null,
  evidence jsonb not null default '{}',
  execution_id uuid not null,
  started_at timestamptz not null default pg_catalog.clock_timestamp(),
  finished_at timestamptz,
  primary key (version, direction, segment)
);
comment on table {own}.steps is 'How far a migration of several segments has come. Empty when none is under way.';

create table {own}.baselines (
  id bigint generated always as identity primary key,
  at timestamptz not null default pg_catalog.clock_timestamp(),
  version text,
  kind text not null check (kind in ('build', 'baseline')),
  catalog_hash text not null,
  script text not null,
  script_hash text not null,
  execution_id uuid not null,
  actor text not null default session_user,
  tool_version text not null
);
comment on table {own}.baselines is 'Schemas this database was proven to have, with the script that makes them.';

create function {own}.refuse_change() returns trigger language plpgsql as $refuse$
begin
  raise exception 'confiture: % is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$refuse$;
create trigger confiture_append_only before update or delete or truncate on {own}.events
  for each statement execute function {own}.refuse_change();
`,
  },
  {
    id: "0002-hooks",
    sql: `
create table {own}.hook_executions (
  id uuid primary key,
  sequence bigint generated always as identity,
  execution_id uuid not null,
  version text,
  event text not null,
  hook text not null,
  connection text not null check (connection in ('migration', 'own', 'none')),
  status text not null check (status in ('expected', 'started', 'completed', 'failed', 'timeout', 'cancelled', 'skipped', 'interrupted')),
  attempts integer not null default 0,
  started_at timestamptz,
  duration_ms double precision,
  error_code text,
  error_message text,
  actor text not null default session_user
);
comment on table {own}.hook_executions is 'Every hook that ran with a migration, and how it ended.';
create index hook_executions_of_run on {own}.hook_executions (execution_id);
create index hook_executions_open on {own}.hook_executions (id) where status in ('expected', 'started');

create table {own}.pauses (
  id bigint generated always as identity primary key,
  requested_at timestamptz not null default pg_catalog.clock_timestamp(),
  requested_by text not null default session_user,
  because text not null,
  execution_id uuid,
  version text,
  paused_at timestamptz,
  resume_requested_at timestamptz,
  ended_at timestamptz
);
comment on table {own}.pauses is 'Who asked a run to pause, when it did, and when it went on.';
create index pauses_open on {own}.pauses (id) where ended_at is null;
`,
  },
  {
    id: "0003-builtin-hooks",
    sql: `
create table {own}.backfills (
  id text primary key,
  definition text not null,
  last_key jsonb,
  total_rows bigint not null,
  stage text,
  started_at timestamptz not null default pg_catalog.clock_timestamp(),
  finished_at timestamptz
);
comment on table {own}.backfills is 'Backfills that hooks have begun. One that was interrupted goes on from its batches.';

create table {own}.backfill_batches (
  backfill text not null references {own}.backfills on delete cascade,
  upper_key jsonb not null,
  lower_key jsonb,
  batch bigint generated always as identity primary key,
  rows_changed bigint not null,
  at timestamptz not null default pg_catalog.clock_timestamp()
);
comment on table {own}.backfill_batches is 'Each batch of a backfill, written in its own transaction: what stands here was done, once.';
create index backfill_batches_backfill on {own}.backfill_batches (backfill);

create table {own}.table_statistics (
  id bigint generated always as identity primary key,
  at timestamptz not null default pg_catalog.clock_timestamp(),
  execution_id text not null,
  hook_id text not null,
  version text,
  relation text not null,
  row_count bigint,
  table_bytes bigint,
  index_bytes bigint
);
comment on table {own}.table_statistics is 'Row counts and sizes that hooks have captured, to be held against later ones.';
create index table_statistics_execution on {own}.table_statistics (execution_id, relation);
`,
  },
];

create table entity_change_log (
  id bigint generated always as identity primary key,
  happened_at timestamptz not null default now(),
  changed_by text not null default current_user,
  entity text not null,
  entity_id uuid not null,
  operation text not null,
  changed_columns text[] not null default '{}',
  constraint entity_change_log_operation_known check (operation in ('insert', 'update', 'delete'))
);

create index entity_change_log_by_entity on entity_change_log (entity, entity_id, happened_at desc);

comment on table entity_change_log is 'Who changed which row, and when. It keeps names of columns, never their values.';
comment on column entity_change_log.changed_columns is 'Columns whose values an update changed; empty for the others.';

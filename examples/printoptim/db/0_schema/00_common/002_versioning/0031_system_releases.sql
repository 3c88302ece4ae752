create table system_releases (
  release text primary key,
  released_at timestamptz not null default now(),
  notes text not null default '',
  constraint system_releases_release_is_semver check (release ~ '^\d+\.\d+\.\d+$')
);

comment on table system_releases is 'Releases of the application that this database has served.';
comment on column system_releases.release is 'major.minor.patch';

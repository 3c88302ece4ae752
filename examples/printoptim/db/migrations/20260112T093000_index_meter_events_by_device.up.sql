-- A plain CREATE INDEX on the largest table: nothing can be written to it while the index is built. A partitioned table
-- takes no CONCURRENTLY, so a rehearsal (`confiture migrate up --dry-run`) tells how long that is.
create index w_meter_events_by_device on w_meter_events (device_id, happened_at desc);

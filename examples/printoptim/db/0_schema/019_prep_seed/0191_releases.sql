insert into system_releases (release, released_at, notes) values
  ('1.0.0', '2025-01-15 09:00+00', 'first tenants'),
  ('1.1.0', '2025-06-02 09:00+00', 'contracts and meter events');

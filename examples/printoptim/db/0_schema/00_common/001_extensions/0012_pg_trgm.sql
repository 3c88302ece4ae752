-- Customers are searched by parts of their names.
create extension if not exists pg_trgm;

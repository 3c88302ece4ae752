-- Contracts of one device must not overlap: an exclusion constraint over an id and a range.
create extension if not exists btree_gist;

-- E-mail addresses compare without case.
create extension if not exists citext;

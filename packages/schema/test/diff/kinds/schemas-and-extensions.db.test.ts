import { describePairs } from "./describe-pairs.js";

describePairs("schemas and extensions", "create schema s; create schema other", {
  "a schema that is new": { before: "", after: 'create schema "Odd, name"', does: [] },
  "a schema that is no more": { before: "create schema gone", after: "", does: [] },
  "an extension that is new": { before: "", after: "create extension pg_trgm schema s version '1.3'", does: [] },
  "an extension that is no more": { before: "create extension hstore schema s", after: "", does: [] },
  "a newer version": {
    before: "create extension pg_trgm schema s version '1.3'",
    after: "create extension pg_trgm schema s version '1.4'",
    does: ["alter extension pg_trgm update to '1.4'"],
  },
  "an older version of what nobody uses": {
    before: "create extension pg_trgm schema s version '1.4'",
    after: "create extension pg_trgm schema s version '1.3'",
    does: { replaces: ["extensions pg_trgm"] },
  },
  "another schema": {
    before: "create extension pg_trgm schema s",
    after: "create extension pg_trgm schema other",
    does: ["alter extension pg_trgm set schema other"],
  },
  "another schema and a newer version": {
    before: "create extension hstore schema s version '1.4'",
    after: "create extension hstore schema other version '1.6'",
    does: ["alter extension hstore update to '1.6'", "alter extension hstore set schema other"],
  },
});

export const mood = (...labels: string[]) =>
  `create type s.mood as enum (${labels.map((label) => `'${label}'`).join(", ")})`;

export const pair = (attributes: string) => `create type s.pair as (${attributes})`;

export const domain = (rest: string, also = "") => `create domain s.d as ${rest}${also}`;

export const span = (rest: string) => `create type s.span as range (${rest})`;

/** A range with a function of its own. */
export const canonical = `create type s.span;
  create function s.canon(s.span) returns s.span language internal immutable strict as 'int4range_canonical';
  create type s.span as range (subtype = integer, canonical = s.canon)`;

/** A base type by the functions of an integer. */
export const tiny = (settings: string, also = "") => `create type s.tiny;
  create function s.tiny_in(cstring) returns s.tiny language internal immutable strict as 'int4in';
  create function s.tiny_out(s.tiny) returns cstring language internal immutable strict as 'int4out';
  ${also} create type s.tiny (input = s.tiny_in, output = s.tiny_out, ${settings})`;

/** What the rules do when no ALTER leads there. */
export const madeAnew = (...types: string[]) => ({ replaces: types.map((name) => `types ${name}`) });

import { describePairs, type Pair } from "./describe-pairs.js";
import { madeAnew, mood, tiny } from "./type-ddl.js";

const tinies = (before: string, after: string, does: Pair["does"]): Pair => ({
  before: tiny(before),
  after: tiny(after),
  does,
});

const blob = (settings: string) => `create type s.blob;
  create function s.blob_in(cstring) returns s.blob language internal immutable strict as 'textin';
  create function s.blob_out(s.blob) returns cstring language internal immutable strict as 'textout';
  create function s.blob_recv(internal) returns s.blob language internal immutable strict as 'textrecv';
  create function s.blob_send(s.blob) returns bytea language internal immutable strict as 'textsend';
  create type s.blob (input = s.blob_in, output = s.blob_out, ${settings})`;
const blobs = (before: string, after: string, does: Pair["does"], also = ""): Pair => ({
  before: blob(before) + also,
  after: blob(after) + also,
  does,
});

describePairs("base types and shells", "create schema s", {
  "another length and alignment": tinies(
    "internallength = 4, passedbyvalue",
    "internallength = 8, alignment = double, passedbyvalue",
    madeAnew("s.tiny"),
  ),
  "another category": tinies("like = int4", "like = int4, category = 'N', preferred = true", madeAnew("s.tiny")),
  "functions beside input and output": blobs(
    "storage = extended, send = s.blob_send, analyze = range_typanalyze",
    "storage = extended, receive = s.blob_recv, typmod_in = varchartypmodin, typmod_out = varchartypmodout",
    [
      "alter type s.blob set (receive = s.blob_recv, send = none, typmod_in = varchartypmodin, typmod_out = varchartypmodout, analyze = none)",
    ],
  ),
  "another storage, which the columns there are take too": blobs(
    "storage = extended",
    "storage = main",
    [
      "alter type s.blob set (storage = main)",
      "alter table s.t alter column b set storage main",
      "alter table s.t alter column d set storage main",
    ],
    "; create domain s.over as s.blob; create table s.t (a integer, b s.blob, c s.blob[], d s.over)",
  ),
  "no storage but its own place any more": blobs("storage = extended", "storage = plain", madeAnew("s.blob")),
  "a base type that is new, with all it can have": {
    before: "",
    after: `create type s.tiny;
      create function s.tiny_in(cstring) returns s.tiny language internal immutable strict as 'textin';
      create function s.tiny_out(s.tiny) returns cstring language internal immutable strict as 'textout';
      create function s.tiny_recv(internal) returns s.tiny language internal immutable strict as 'textrecv';
      create function s.tiny_send(s.tiny) returns bytea language internal immutable strict as 'textsend';
      create type s.tiny (input = s.tiny_in, output = s.tiny_out, receive = s.tiny_recv, send = s.tiny_send,
        typmod_in = varchartypmodin, typmod_out = varchartypmodout, analyze = range_typanalyze,
        storage = external, category = '''', preferred = true, default = 'it''s', delimiter = ';', collatable = true,
        alignment = double)`,
    does: [],
  },
  "a base type of a C string": {
    before: "",
    after: tiny("internallength = -2, alignment = char", "")
      .replaceAll("int4in", "cstring_in")
      .replaceAll("int4out", "cstring_out"),
    does: [],
  },
  "a base type with elements": {
    since: 14,
    before: "",
    after: tiny("internallength = 8, alignment = int4, element = float4, subscript = raw_array_subscript_handler"),
    does: [],
  },
  "a base type that is no more": { before: tiny("like = int4"), after: "", does: [] },
  "a base type that a function, an operator and a domain use": {
    before: `${tiny("like = int4")}; create function s.f(s.tiny) returns s.tiny language sql as 'select $1'; create domain s.over as s.tiny`,
    after: "",
    does: [],
  },
  "a base type out of a shell": { before: "create type s.tiny", after: tiny("like = int4"), does: madeAnew("s.tiny") },
  "a shell out of a base type": { before: tiny("like = int4"), after: "create type s.tiny", does: madeAnew("s.tiny") },
  "an enum out of a shell": { before: "create type s.mood", after: mood("a"), does: madeAnew("s.mood") },
  "a shell that is new": { before: "", after: "create type s.tiny", does: [] },
  "a shell that is no more": { before: "create type s.tiny", after: "", does: [] },
});

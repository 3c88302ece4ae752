import { describePairs, type Pair } from "./describe-pairs.js";
import { canonical, madeAnew, span } from "./type-ddl.js";

const spans = (before: string, after: string, does: Pair["does"]): Pair => ({
  before: span(before),
  after: span(after),
  does,
});

describePairs(
  "ranges",
  `create schema s; create schema other;
   create function s.distance(text, text) returns double precision language sql immutable as 'select 1.0::float8'`,
  {
    "another subtype": spans("subtype = integer", "subtype = bigint", madeAnew("s.span")),
    "another operator class": spans(
      "subtype = text",
      "subtype = text, subtype_opclass = text_pattern_ops",
      madeAnew("s.span"),
    ),
    "another collation": spans("subtype = text", 'subtype = text, collation = "C"', madeAnew("s.span")),
    "a distance": spans("subtype = text", "subtype = text, subtype_diff = s.distance", madeAnew("s.span")),
    "another name of the multirange": {
      since: 14,
      ...spans("subtype = text", 'subtype = text, multirange_type_name = s."Many Spans"', [
        'alter type s.span_multirange rename to "Many Spans"',
        'alter function s.span_multirange() rename to "Many Spans"',
        'alter function s.span_multirange(s.span) rename to "Many Spans"',
        'alter function s.span_multirange(s.span[]) rename to "Many Spans"',
      ]),
    },
    "another schema of the multirange": {
      since: 14,
      ...spans("subtype = text", "subtype = text, multirange_type_name = other.spans", madeAnew("s.span")),
    },
    "a range that is new": {
      before: "",
      after: span(`subtype = text, collation = "C", subtype_diff = s.distance`),
      does: [],
    },
    "a range that is no more": { before: span("subtype = text"), after: "", does: [] },
    "a range with a function of its own that is new": { before: "", after: canonical, does: [] },
    "a range with a function of its own that is no more": { before: canonical, after: "", does: [] },
    "a function of its own": {
      before: span("subtype = integer"),
      after: canonical,
      does: madeAnew("s.span"),
    },
  },
);

import { describePairs, type Pair } from "./describe-pairs.js";

const dictionary = (options: string) => `create text search dictionary s.d (${options});`;
const dictionaries = (before: string, after: string, does: Pair["does"]): Pair => ({
  before: dictionary(before),
  after: dictionary(after),
  does,
});

describePairs(
  "text search dictionaries",
  `create schema s; create text search template s.plain (init = dsimple_init, lexize = dsimple_lexize);
   create function s.init(internal) returns internal language internal as 'int8up'`,
  {
    "an option": dictionaries("template = simple", "template = simple, accept = false", [
      "alter text search dictionary s.d (accept = 'false')",
    ]),
    "another option": dictionaries("template = simple, accept = false", "template = simple, stopwords = english", [
      "alter text search dictionary s.d (accept, stopwords = 'english')",
    ]),
    "no option any more": dictionaries("template = simple, accept = false, stopwords = english", "template = simple", [
      "alter text search dictionary s.d (accept, stopwords)",
    ]),
    "another value and another order": dictionaries(
      "template = simple, accept = false, stopwords = english",
      "template = simple, stopwords = english, accept = true",
      ["alter text search dictionary s.d (stopwords = 'english', accept = 'true')"],
    ),
    "another template": dictionaries("template = simple", "template = s.plain", {
      replaces: ["textSearchDictionaries s.d"],
    }),
    "values with quotes and backslashes": {
      before: "",
      after: `create text search template s.any (init = s.init, lexize = dsimple_lexize); ${dictionary(`template = s.any, "Odd, name" = 'it''s, \\ = "', b = 1.5`)}`,
      does: [],
    },
    "other values with quotes and backslashes": {
      before: `create text search template s.any (init = s.init, lexize = dsimple_lexize); ${dictionary(`template = s.any, "Odd, name" = 'it''s, \\ = "', b = 1.5`)}`,
      after: `create text search template s.any (init = s.init, lexize = dsimple_lexize); ${dictionary(`template = s.any, c = 'it''s, \\ = '`)}`,
      does: [`alter text search dictionary s.d ("Odd, name", b, c = E'it''s, \\\\ = ')`],
    },
    "a dictionary that is no more": { before: dictionary("template = simple"), after: "", does: [] },
  },
);

const configuration = (mappings: string) =>
  `create text search configuration s.words (parser = pg_catalog."default"); ${mappings}`;
const map = (change: string) => `alter text search configuration s.words ${change};`;

describePairs(
  "text search configurations",
  `create schema s; ${dictionary("template = simple")}
  create text search parser s.p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)`,
  {
    "mappings that come, go and change, together where they are alike": {
      before: configuration(
        map("add mapping for word, email with simple") +
          map("add mapping for url, host with s.d") +
          map("add mapping for int with s.d"),
      ),
      after: configuration(
        map("add mapping for word, email with s.d, simple") +
          map("add mapping for sfloat, uint with simple") +
          map("add mapping for int with s.d"),
      ),
      does: [
        "alter text search configuration s.words drop mapping for host, url",
        "alter text search configuration s.words alter mapping for email, word with s.d, simple",
        "alter text search configuration s.words add mapping for sfloat, uint with simple",
      ],
    },
    "another parser": {
      before: configuration(map("add mapping for word with simple")),
      after:
        "create text search configuration s.words (parser = s.p); alter text search configuration s.words add mapping for word with s.d",
      does: { replaces: ["textSearchConfigurations s.words"] },
    },
    "a configuration that is new": {
      before: "",
      after: configuration(
        map("add mapping for word, email with s.d, simple") + map("add mapping for url with simple"),
      ),
      does: [],
    },
    "a configuration that is no more": {
      before: configuration(map("add mapping for word with simple")),
      after: "",
      does: [],
    },
  },
);

const parser = (functions: string) =>
  `create text search parser s.p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype${functions});`;

describePairs("text search parsers and templates", "create schema s", {
  "a headline": {
    before: parser(""),
    after: parser(", headline = prsd_headline"),
    does: { replaces: ["textSearchParsers s.p"] },
  },
  "a parser that is no more": { before: parser(""), after: "", does: [] },
  "another function": {
    before: "create text search template s.t (lexize = dsimple_lexize)",
    after: "create text search template s.t (init = dsimple_init, lexize = dsimple_lexize)",
    does: { replaces: ["textSearchTemplates s.t"] },
  },
  "a template that is no more": {
    before: "create text search template s.t (lexize = dsimple_lexize)",
    after: "",
    does: [],
  },
});

import { describePairs } from "./describe-pairs.js";

describePairs("languages, transforms and access methods", "create schema s", {
  "a language that is trusted, and has more functions": {
    before: "create language speech handler plpgsql_call_handler",
    after:
      "create trusted language speech handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator",
    does: [
      "create or replace trusted language speech handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator",
    ],
  },
  "a language that is trusted no more, and has fewer functions": {
    before: "create trusted language speech handler plpgsql_call_handler inline plpgsql_inline_handler",
    after: "create language speech handler plpgsql_call_handler",
    does: ["create or replace language speech handler plpgsql_call_handler"],
  },
  "a language that is new": {
    before: "",
    after: 'create language "Odd" handler plpgsql_call_handler validator plpgsql_validator',
    does: [],
  },
  "a language that is no more": { before: "create language speech handler plpgsql_call_handler", after: "", does: [] },
  "a transform in both directions": {
    before: "create transform for bigint language sql (from sql with function prsd_lextype(internal))",
    after:
      "create transform for bigint language sql (to sql with function int8recv(internal), from sql with function prsd_end(internal))".replace(
        "prsd_end",
        "prsd_lextype",
      ),
    does: [
      "create or replace transform for bigint language sql (from sql with function prsd_lextype(internal), to sql with function int8recv(internal))",
    ],
  },
  "a transform in the other direction": {
    before: "create transform for bigint language sql (from sql with function prsd_lextype(internal))",
    after: "create transform for bigint language sql (to sql with function int8recv(internal))",
    does: ["create or replace transform for bigint language sql (to sql with function int8recv(internal))"],
  },
  "a transform that is new": {
    before: "",
    after: "create transform for bigint language sql (to sql with function int8recv(internal))",
    does: [],
  },
  "a transform that is no more": {
    before: "create transform for bigint language sql (to sql with function int8recv(internal))",
    after: "",
    does: [],
  },
  "an access method for indexes instead of tables": {
    before: "create access method way type table handler heap_tableam_handler",
    after: "create access method way type index handler bthandler",
    does: { replaces: ["accessMethods way"] },
  },
  "an access method that is new": {
    before: "",
    after: 'create access method "Odd" type table handler heap_tableam_handler',
    does: [],
  },
  "an access method that is no more": {
    before: "create access method way type index handler bthandler",
    after: "",
    does: [],
  },
});

const collation = (options: string) => `create collation s.c (${options})`;
const again = { replaces: ["collations s.c"] };

describePairs("collations", "create schema s", {
  "another locale of sorting": {
    before: collation("lc_collate = 'C', lc_ctype = 'C'"),
    after: collation("lc_collate = 'POSIX', lc_ctype = 'C'"),
    does: again,
  },
  "another provider": {
    before: collation("locale = 'C'"),
    after: collation("provider = icu, locale = 'en'"),
    does: again,
  },
  "another locale": {
    before: collation("provider = icu, locale = 'de'"),
    after: collation("provider = icu, locale = 'en'"),
    does: again,
  },
  "equal where bytes differ": {
    before: collation("provider = icu, locale = 'de'"),
    after: collation("provider = icu, locale = 'de', deterministic = false"),
    does: again,
  },
  "rules of its own": {
    since: 16,
    before: collation("provider = icu, locale = 'en'"),
    after: collation("provider = icu, locale = 'en', rules = '& a < b'"),
    does: again,
  },
  "the server's own provider": {
    since: 17,
    before: collation("locale = 'C'"),
    after: collation("provider = builtin, locale = 'C.UTF-8'"),
    does: again,
  },
  "the root of all locales": { before: "", after: collation("provider = icu, locale = 'und'"), does: [] },
  "a collation that is no more": { before: collation("locale = 'C'"), after: "", does: [] },
});

describePairs("conversions", "create schema s", {
  "the other direction": {
    before: "create conversion s.c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
    after: "create conversion s.c for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1",
    does: { replaces: ["conversions s.c"] },
  },
  "another default": {
    before: `create default conversion s.c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
      create conversion s.d for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8`,
    after: `create conversion s.c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
      create default conversion s.d for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8`,
    does: { replaces: ["conversions s.c", "conversions s.d"] },
  },
  "a conversion that is no more": {
    before: "create conversion s.c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
    after: "",
    does: [],
  },
});

import { testPairs } from "./pairs.js";

testPairs("a foreign data wrapper", "", {
  "is made with its options": {
    after: `create foreign data wrapper "Paper" options (host 'a=''b''', port '1');`,
    there: [`create foreign data wrapper "Paper" options (host 'a=''b''', port '1')`],
    back: [`drop foreign data wrapper "Paper"`],
  },
  "is altered in place, validator and options in one statement": {
    before: `create foreign data wrapper paper options ("Odd name" 'x', gone 'y', kept 'z');`,
    after: `create foreign data wrapper paper no validator options ("Odd name" E'\\\\', kept 'z', come '');`,
    there: [`alter foreign data wrapper paper options (drop gone, set "Odd name" E'\\\\', add come '')`],
  },
  "gets and loses its validator": {
    before: "create foreign data wrapper paper;",
    after: "create foreign data wrapper paper validator postgresql_fdw_validator;",
    there: ["alter foreign data wrapper paper validator postgresql_fdw_validator"],
    back: ["alter foreign data wrapper paper no validator"],
  },
});

testPairs("a foreign server", "create foreign data wrapper paper; create foreign data wrapper stone;", {
  "is made with all it says": {
    after: `create server "Far" type 'x''y' version '1' foreign data wrapper paper options (host 'there');`,
    there: [`create server "Far" type 'x''y' version '1' foreign data wrapper paper options (host 'there')`],
    back: [`drop server "Far"`],
  },
  "changes version and options in place": {
    before: "create server far foreign data wrapper paper options (host 'here', port '1');",
    after: "create server far version '2' foreign data wrapper paper options (host 'there', dbname 'd');",
    there: ["alter server far version '2' options (drop port, add dbname 'd', set host 'there')"],
    back: ["alter server far version null options (drop dbname, set host 'here', add port '1')"],
  },
  "of another wrapper is another server": {
    before: "create server far foreign data wrapper paper;",
    after: "create server far foreign data wrapper stone;",
    there: ["drop server far", "create server far foreign data wrapper stone"],
  },
  "loses a secret, which cannot be given back": {
    before: "create server far foreign data wrapper paper options (password 'hunter2', host 'here');",
    after: "create server far foreign data wrapper paper options (host 'here');",
    there: ["alter server far options (drop password)"],
    back: "refused",
  },
  "gets a harmless value for a secret one": {
    before: "create server far foreign data wrapper paper options (address 'postgres://me:hunter2@there');",
    after: "create server far foreign data wrapper paper options (address 'there');",
    there: ["alter server far options (set address 'there')"],
    back: "refused",
  },
  "with another secret under the same name is the same": {
    before: "create server far foreign data wrapper paper options (password 'hunter2');",
    after: "create server far foreign data wrapper paper options (password 'hunter3');",
    there: [],
  },
  "is made without its secrets, and says which": {
    after: "create server far foreign data wrapper paper options (api_key 'hunter2', host 'here', \"Pass word\" 'x');",
    there: [
      `-- Secrets are not in a catalog. To be run by hand: alter server far options (add "Pass word" '...', add api_key '...')\n` +
        "create server far foreign data wrapper paper options (host 'here')",
    ],
    left: ["~ foreign server far: maskedOptions"],
  },
});

testPairs("a user mapping", "create foreign data wrapper paper; create server far foreign data wrapper paper;", {
  "is made without its credentials, and says so": {
    after: `create user mapping for "Confiture Reader" server far options (password 'hunter2', "user" 'u1');`,
    there: [
      `-- Credentials are not in a catalog. To be run by hand: alter user mapping for "Confiture Reader" server far options (add ...)\n` +
        `create user mapping for "Confiture Reader" server far options ("user" 'u1')`,
    ],
    back: [`drop user mapping for "Confiture Reader" server far`],
  },
  "for everybody": {
    after: "create user mapping for public server far;",
    back: ["drop user mapping for PUBLIC server far"],
  },
  "changes what is no credential": {
    before: `create user mapping for public server far options ("user" 'u1', password 'hunter2');`,
    after: `create user mapping for public server far options ("user" 'u2', password_required 'false');`,
    there: [`alter user mapping for PUBLIC server far options (add password_required 'false', set "user" 'u2')`],
    back: [`alter user mapping for PUBLIC server far options (drop password_required, set "user" 'u1')`],
  },
  "is never touched for its credentials": {
    before: "create user mapping for public server far options (password 'hunter2');",
    after: "create user mapping for public server far;",
    there: [],
    back: [],
  },
});

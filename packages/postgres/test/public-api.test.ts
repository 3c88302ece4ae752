import * as api from "@confiture/postgres";
import { expect, test } from "vitest";

test("the front door lists these names", () => {
  expect(Object.keys(api).sort()).toEqual([
    "connectDatabase",
    "databaseFromPool",
    "detectPooler",
    "openEmbeddedServer",
    "redactUrl",
    "shadowProvider",
    "stopOrphanedServers",
  ]);
});

import { expect, test } from "vitest";
import { nextVersion } from "../src/sources/new-migration.js";

const now = new Date("2026-11-20T10:15:00Z");

test("the next version is the moment, or a second behind one that is ahead of it, however far", () => {
  expect(nextVersion(now, ["001", "20261120T101459"])).toBe("20261120T101500");
  expect(nextVersion(now, ["20261120T101500"])).toBe("20261120T101501");
  expect(nextVersion(now, ["20261231T235959"])).toBe("20270101T000000");
  expect(nextVersion(now, ["20991231T101500"])).toBe("20991231T101501");
  expect(nextVersion(now, ["99999999999999999"])).toBe("100000000000000000");
});

import { expect, test } from "vitest";
import { versionError } from "../../src/connect/connect-client.js";

test("PostgreSQL 13 to 18 are served, older and newer ones are refused with what to do", () => {
  expect([13, 14, 15, 16, 17, 18].map((major) => versionError(major, "here"))).toEqual(Array(6).fill(undefined));
  expect(versionError(12, "h:5432")).toMatchObject({ code: "CONFITURE_SERVER_VERSION", hint: "Upgrade the server." });
  expect(versionError(19, "h:5432")).toMatchObject({
    hint: "Upgrade Confiture.",
    message: expect.stringContaining("h:5432"),
  });
  expect(versionError(Number.NaN, "h:5432")).toMatchObject({ code: "CONFITURE_SERVER_VERSION" });
});

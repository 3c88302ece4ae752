import { errorCodes } from "@confiture/model";
import { expect, test } from "vitest";
import { codesNotRaisedYet } from "../src/codes-not-raised-yet.js";
import { readErrorCodes } from "../src/read-error-codes.js";
import { readRooms } from "../src/read-room.js";

const known = new Set(Object.keys(errorCodes));
const sites = readRooms().flatMap((room) =>
  room.files
    .filter((file) => !file.path.endsWith("/error-codes.ts"))
    .flatMap((file) =>
      readErrorCodes(file.text, file.path, known).map((site) => ({ ...site, at: `${room.folder}/${file.path}` })),
    ),
);

test("every error that is raised has a row in the table of codes", () => {
  const raised = sites.filter((site) => site.use === "raises");
  expect(raised.length).toBeGreaterThan(10);
  expect(raised.filter((site) => !known.has(site.code)).map((site) => `${site.at}:${site.line} ${site.code}`)).toEqual(
    [],
  );
});

test("every code of the table is raised somewhere", () => {
  const raised = new Set(sites.filter((site) => site.use === "raises").map((site) => site.code));
  expect([...known].filter((code) => !raised.has(code))).toEqual(codesNotRaisedYet);
});

test("a code that is only compared with is not one that is raised", () => {
  const text = `
    if (error.code === "CONFITURE_USAGE") log(1);
    switch (error.code) { case "CONFITURE_USAGE": break; }
    ["CONFITURE_USAGE"].includes(code);
    type Usage = "CONFITURE_USAGE";
    // new ConfitureError("CONFITURE_USAGE")
  `;
  expect(readErrorCodes(text, "a.ts", known).filter((site) => site.use === "raises")).toEqual([]);
});

test("an unknown code is seen, also when it is one of two", () => {
  const text = `throw new ConfitureError(broken ? "CONFITURE_NO_SUCH" : "CONFITURE_USAGE", "…");`;
  expect(readErrorCodes(text, "a.ts", known).map((site) => site.code)).toEqual([
    "CONFITURE_NO_SUCH",
    "CONFITURE_USAGE",
  ]);
});

test("a code handed on through a table or a variable counts as raised", () => {
  const text = `const bySqlState = { "28P01": "CONFITURE_AUTHENTICATION_FAILED" };`;
  expect(readErrorCodes(text, "a.ts", known)).toEqual([
    { code: "CONFITURE_AUTHENTICATION_FAILED", line: 1, use: "raises" },
  ]);
});

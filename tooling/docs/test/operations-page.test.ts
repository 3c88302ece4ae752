import { expect, test } from "vitest";
import { operationKinds } from "../../../packages/model/src/index.js";
import { renderOperationsPage } from "../src/render-operations-page.js";

const page = renderOperationsPage();
const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| statement "));

test("every kind of operation has one row, in the order of the kinds", () => {
  expect(rows.map((row) => /\| `(\w+)` \|/.exec(row)?.[1])).toEqual([...operationKinds]);
});

test("every row has a cell for each column", () => {
  for (const row of rows) expect(row.replaceAll("\\|", "").split("|")).toHaveLength(10);
});

import { splitStatements } from "@confiture/sql";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gap, statement } from "../arbitrary-sql.js";

test("splitting a concatenation of statements gives the statements back, each at its place", () => {
  const file = fc.array(fc.tuple(gap, statement, gap), { maxLength: 12 });
  fc.assert(
    fc.property(file, (parts) => {
      const text = parts.map(([before, sql, after]) => `${before}${sql}${after};`).join("");
      const { pieces } = splitStatements(text, { file: "f.sql" });
      expect(pieces.map((piece) => piece.text)).toEqual(parts.map(([, sql]) => sql));
      for (const piece of pieces) {
        if (piece.kind !== "statement") throw new Error("no meta-command was written");
        expect(text.slice(piece.start, piece.end)).toBe(piece.text);
        const before = text.slice(0, piece.start).split("\n");
        expect(piece.at).toEqual({ file: "f.sql", line: before.length, column: before.at(-1)!.length + 1 });
      }
    }),
  );
});

test("any text at all is split without failing, and no piece overlaps another", () => {
  const noise = fc.array(
    fc.constantFrom(
      "'",
      '"',
      "$$",
      "$a$",
      "/*",
      "*/",
      "--",
      "\n",
      "\r",
      ";",
      "\\",
      "(",
      ")",
      "e",
      "E'",
      " ",
      "a",
      "\\.",
      "copy t from stdin",
      "create function",
      "begin atomic",
      "create rule",
      "end",
      "é",
      "😀",
      "\0",
      "1",
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(noise, (parts) => {
      const text = parts.join("");
      let behind = 0;
      for (const piece of splitStatements(text, { file: "f.sql" }).pieces) {
        if (piece.kind !== "statement") continue;
        expect(piece.start).toBeGreaterThanOrEqual(behind);
        expect(piece.end).toBeGreaterThan(piece.start);
        behind = piece.end;
      }
    }),
    { numRuns: 2_000 },
  );
});

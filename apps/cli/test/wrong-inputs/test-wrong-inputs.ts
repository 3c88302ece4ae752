import { openTestDatabase } from "@confiture/testkit";
import { describe, expect, test } from "vitest";
import { projectFolder, runConfiture } from "../run-confiture.js";

export const password = "s3cr3t-pa55";

interface WrongInput {
  readonly what: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What is wrong with the URL of a database that is there. */
  readonly spoilUrl?: (url: URL) => void;
  readonly exit: number;
  readonly code: string;
  /** `file:line:column`. */
  readonly at?: string;
  /** Words the message or the hint must hold: what is wrong, and what to do. */
  readonly says: readonly (string | RegExp)[];
}

export const local = "environments:\n  local:\n    database_url: ${DATABASE_URL}\n";

/** A project with one migration. */
export const migration = (name: string, text: string | Uint8Array): Record<string, string | Uint8Array> => ({
  "confiture.yaml": local,
  [`db/migrations/${name}`]: text,
});

/** A project that is built from files. */
export const ddl = (
  files: Readonly<Record<string, string | Uint8Array>>,
  config = "",
): Record<string, string | Uint8Array> => ({
  "confiture.yaml": `${local}${config}`,
  ...files,
});

/** Runs each twice, for a program and for a person, on a database of its own. */
export function testWrongInputs(wrongInputs: readonly WrongInput[]): void {
  describe("every wrong input has a code, a place and a way out", () => {
    test.for(wrongInputs)("$what", async (input) => {
      await using db = await openTestDatabase();
      using folder = projectFolder(input.files ?? { "confiture.yaml": local });
      const env = {
        DATABASE_URL: input.spoilUrl === undefined ? db.url : spoiled(db.url, input.spoilUrl),
        ...input.env,
      };
      const json = await runConfiture([...input.args, "--format", "json"], { cwd: folder.path, env });
      const pretty = await runConfiture(input.args, { cwd: folder.path, env });
      expect([json.code, pretty.code]).toEqual([input.exit, input.exit]);
      if (input.args[0] !== "completion") {
        const document = JSON.parse(json.stdout) as { error?: ErrorDocument; failed?: { error: ErrorDocument } };
        const error = document.error ?? document.failed?.error;
        expect(error?.code).toBe(input.code);
        if (input.at !== undefined) expect(placeOf(error, folder.path)).toBe(input.at);
        for (const words of input.says)
          expect(`${error?.message}\n${error?.hint}`).toMatch(
            typeof words === "string" ? new RegExp(escapePattern(words)) : words,
          );
      }
      expect(pretty.stderr).toContain(input.code);
      expect(pretty.stdout).toBe("");
      const everything = json.stdout + json.stderr + pretty.stdout + pretty.stderr;
      expect(everything).not.toContain(password);
      expect(everything).not.toContain(new URL(db.url).password);
    });
  });
}

interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
}

function placeOf(error: ErrorDocument | undefined, folder: string): string | undefined {
  if (error?.at === undefined) return undefined;
  const { file, line, column } = error.at;
  return `${file.replace(`${folder}/`, "")}:${line}:${column}`;
}

function spoiled(text: string, spoil: (url: URL) => void): string {
  const url = new URL(text);
  spoil(url);
  return url.href;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

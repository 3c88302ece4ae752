import { readdirSync, readFileSync } from "node:fs";
import type { OperationKind, Statement } from "@confiture/model";
import { operationKinds } from "@confiture/model";
import { parseSqlFile } from "@confiture/sql";

/** One sentence of the language, and what somebody who knows PostgreSQL calls it. */
export interface Form {
  readonly statement: Statement;
  readonly kinds: readonly OperationKind[];
}

export interface FormFile {
  readonly name: string;
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly forms: readonly Form[];
}

const folder = new URL("forms/", import.meta.url);

/** The files of `forms/`: a line `-- => kind, kind` names the kinds of the statements below it. */
export async function readForms(): Promise<readonly FormFile[]> {
  const names = readdirSync(folder).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      const { statements } = await parseSqlFile(text, { file: name });
      const kindsOfLine = readLabels(text, name);
      return {
        name,
        text,
        statements,
        forms: statements.map((statement) => ({ statement, kinds: kindsOfLine[statement.at.line - 1] ?? [] })),
      };
    }),
  );
}

/** For each line the kinds named by the last label above it. */
function readLabels(text: string, file: string): readonly (readonly OperationKind[])[] {
  let current: readonly OperationKind[] = [];
  return text.split("\n").map((line) => {
    const label = /^-- => (.*)$/.exec(line)?.[1];
    if (label !== undefined) current = label.split(", ").map((word) => kindNamed(word, file));
    return current;
  });
}

function kindNamed(word: string, file: string): OperationKind {
  const kind = operationKinds.find((one) => one === word);
  if (kind === undefined) throw new Error(`${file} names a kind that does not exist: ${word}`);
  return kind;
}

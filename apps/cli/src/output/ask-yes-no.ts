import { createInterface } from "node:readline/promises";

export interface Asked {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal?: AbortSignal;
}

/** Asks until somebody says yes or no; the end of the input is a no. */
export async function askYesNo(question: string, { input, output, signal }: Asked): Promise<boolean> {
  const lines = createInterface({ input, output, terminal: false });
  try {
    output.write(`${question} [y/n] `);
    for await (const line of lines) {
      if (signal?.aborted === true) return false;
      if (/^\s*y(es)?\s*$/i.test(line)) return true;
      if (/^\s*no?\s*$/i.test(line)) return false;
      output.write("y or n? ");
    }
    return false;
  } finally {
    lines.close();
  }
}

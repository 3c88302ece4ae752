import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { askYesNo } from "../src/output/ask-yes-no.js";

async function ask(typed: string): Promise<{ readonly answer: boolean; readonly shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(typed);
  const answer = await askYesNo("The same one?", { input, output });
  return { answer, shown: String(output.read()) };
}

test("a question is asked until it is answered, and the end of the input is a no", async () => {
  expect(await ask("y\n")).toEqual({ answer: true, shown: "The same one? [y/n] " });
  expect(await ask("perhaps\n YES \n")).toEqual({ answer: true, shown: "The same one? [y/n] y or n? " });
  expect((await ask("no\ny\n")).answer).toBe(false);
  expect((await ask("")).answer).toBe(false);
});

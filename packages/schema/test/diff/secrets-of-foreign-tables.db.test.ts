import { testOnEachVersion } from "@confiture/testkit";
import { describe, expect } from "vitest";
import { runPair } from "./run-pair.js";

const server = "create foreign data wrapper paper; create server far foreign data wrapper paper;";
const plain = `${server} create foreign table public.orders (id integer, note text) server far options (host 'here');`;
const withSecrets = `${server} create foreign table public.orders (id integer, note text options (auth_header 'hunter2'))
  server far options (host 'here', password 'hunter2');`;

describe("the secrets of a foreign table and of its columns", () => {
  testOnEachVersion("are taken away, and cannot be given back", async (version) => {
    const { there, back } = await runPair(version, withSecrets, plain);
    expect(there).toMatchObject({ differences: [], observed: [], again: [] });
    expect(there.statements).toEqual([
      "alter foreign table public.orders options (drop password)",
      "alter foreign table public.orders alter column note options (drop auth_header)",
    ]);
    expect(back.refused).toContain("looks like a secret");
  });

  testOnEachVersion("are named in front of the statement that makes what they belong to", async (version) => {
    const { there } = await runPair(version, server, withSecrets);
    expect(there.statements[0]).toBe(
      "-- Secrets are not in a catalog. To be run by hand: alter foreign table public.orders options (add password '...')\n" +
        "-- Secrets are not in a catalog. To be run by hand: alter foreign table public.orders alter column note options (add auth_header '...')\n" +
        "create foreign table public.orders (\n  id integer,\n  note text\n) server far options (host 'here')",
    );
  });

  testOnEachVersion("count as the same when they are called the same", async (version) => {
    const { there } = await runPair(version, withSecrets, withSecrets.replaceAll("hunter2", "hunter3"));
    expect(there).toMatchObject({ statements: [], differences: [] });
  });
});

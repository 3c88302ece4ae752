import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectDatabase, type EmbeddedServer, openEmbeddedServer } from "@confiture/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)("a server with a certificate of its own for localhost", () => {
  const folder = mkdtempSync(join(tmpdir(), "confiture-tls-"));
  const certificate = join(folder, "server.crt");
  let server: EmbeddedServer;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", join(folder, "server.key"), "-out", certificate];
    spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files]);
    const directory = join(folder, "postgres");
    // The first start creates the folder; the key must belong to the server's user.
    await (await openEmbeddedServer({ directory })).close();
    const data = join(directory, "18", "data");
    const owner = statSync(data);
    for (const name of ["server.key", "server.crt"]) {
      copyFileSync(join(folder, name), join(data, name));
      chmodSync(join(data, name), 0o600);
      chownSync(join(data, name), owner.uid, owner.gid);
    }
    server = await openEmbeddedServer({ directory, listen: "tcp", settings: { ssl: "on" } });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function usesTls(host: string, parameters: string): Promise<unknown> {
    const url = server.url().replace("127.0.0.1", host);
    await using database = connectDatabase(`${url}?${parameters}`);
    await using session = await database.openSession();
    const { rows } = await session.query<{ ssl: boolean }>("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    return rows[0]?.ssl;
  }

  test.each([
    ["127.0.0.1", "sslmode=disable", false],
    ["127.0.0.1", "", true],
    ["127.0.0.1", "sslmode=prefer", true],
    ["127.0.0.1", "sslmode=require", true],
    ["127.0.0.1", "sslmode=verify-ca&sslrootcert=CA", true],
    ["localhost", "sslmode=verify-full&sslrootcert=CA", true],
    ["127.0.0.1", "sslmode=verify-full&sslrootcert=CA", "refused"],
    ["localhost", "sslmode=verify-full", "refused"],
    ["localhost", "sslmode=verify-ca", "refused"],
  ])("%s with %s: %s", async (host, parameters, expected) => {
    const attempt = usesTls(host, parameters.replace("CA", encodeURIComponent(certificate)));
    if (expected !== "refused") return expect(await attempt).toBe(expected);
    return expect(attempt).rejects.toMatchObject({
      code: "CONFITURE_CONNECT_FAILED",
      message: expect.stringMatching(/certificate|altnames/i),
    });
  });

  test("a certificate file that is not there is named", async () => {
    const attempt = usesTls("localhost", "sslmode=verify-full&sslrootcert=/nowhere/ca.pem");
    await expect(attempt).rejects.toMatchObject({
      code: "CONFITURE_FILE_NOT_FOUND",
      message: expect.stringContaining("/nowhere/ca.pem"),
    });
  });
});

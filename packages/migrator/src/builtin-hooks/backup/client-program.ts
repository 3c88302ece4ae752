import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConfitureError, type Queryable } from "@confiture/model";

export type ProgramName = "pg_dump" | "pg_restore";

/** A program of PostgreSQL's that was found, and is new enough. */
export interface ClientProgram {
  readonly path: string;
  readonly version: string;
}

export interface FindProgramOptions {
  /** Looked in instead of PATH. */
  readonly folder: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Major version of the server: pg_dump refuses a server that is newer than itself. */
  readonly serverMajor: number;
}

/**
 * Finds a program on PATH, or in the folder given.
 *
 * @throws CONFITURE_HOOK_PROGRAM when it is absent, cannot be run, or is older than the server
 */
export async function findProgram(
  name: ProgramName,
  { folder, env, serverMajor }: FindProgramOptions,
): Promise<ClientProgram> {
  const folders = folder === undefined ? (env.PATH ?? "").split(delimiter).filter(Boolean) : [folder];
  const path = await firstExecutable(
    folders.map((place) => join(place, process.platform === "win32" ? `${name}.exe` : name)),
  );
  if (path === undefined)
    throw new ConfitureError(
      "CONFITURE_HOOK_PROGRAM",
      `There is no ${name} ${folder === undefined ? "on PATH" : `in ${folder}`}.`,
      {
        hint: `Install PostgreSQL's client programs, version ${serverMajor} or newer, or say with \`client_programs\` in which folder they are.`,
      },
    );
  const { stdout } = await runProgram(path, ["--version"], { env: childEnvironment(env, {}) });
  const [, version = "", major = "0"] = /((\d+)(?:\.\d+|\w+)*)/.exec(stdout.slice(stdout.indexOf(")"))) ?? [];
  if (Number(major) < serverMajor)
    throw new ConfitureError(
      "CONFITURE_HOOK_PROGRAM",
      `${name} is version ${version}, and the server is ${serverMajor}: it cannot read a newer server.`,
      {
        hint: `Install PostgreSQL's client programs, version ${serverMajor} or newer, or say with \`client_programs\` in which folder they are.`,
        facts: { program: name, version, serverMajor },
      },
    );
  return { path, version };
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

export async function readServerMajor(session: Queryable): Promise<number> {
  const { rows } = await session.query<{ version: string }>(
    "select pg_catalog.current_setting('server_version_num') as version",
  );
  return Math.floor(Number(rows[0]?.version ?? 0) / 10_000);
}

/** What a child gets to see: where programs and locales are, and how to reach the server. None of our other secrets. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const passed = [
    "PATH",
    "HOME",
    "USERPROFILE",
    "SYSTEMROOT",
    "TMPDIR",
    "TEMP",
    "PGPASSFILE",
    "PGSSLROOTCERT",
    "PGSYSCONFDIR",
    "LD_LIBRARY_PATH",
  ];
  const own = Object.fromEntries(
    passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name] as string]])),
  );
  return { ...own, LC_ALL: "C", PGAPPNAME: "confiture backup", ...variables };
}

export interface RunProgramOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Takes what it writes to standard output, at its own pace; without it, the output is collected. */
  readonly into?: Writable;
}

export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

const mostErrorText = 20_000;

/**
 * Runs a program to its end. Its arguments hold no secret; what it says on standard error is in the error.
 *
 * @throws CONFITURE_BACKUP when it fails, the signal's reason when it was aborted
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: RunProgramOptions,
): Promise<ProgramOutput> {
  const { env, signal, into } = options;
  signal?.throwIfAborted();
  const child = spawn(path, args, {
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  let stderr = "";
  const written = into === undefined ? collected(child.stdout) : piped(child.stdout, into);
  child.stderr.on("data", (bytes: Buffer) => {
    if (stderr.length < mostErrorText) stderr += bytes.toString();
  });
  const ending = await new Promise<string | undefined>((done) => {
    child.on("error", (error) => done(error.message));
    child.on("close", (code, killedBy) =>
      done(code === 0 ? undefined : killedBy === null ? `exit ${code}` : `ended by ${killedBy}`),
    );
  });
  const output = await written;
  signal?.throwIfAborted();
  if (ending === undefined && output.failed === undefined) return { stdout: output.text, stderr };
  // A full disk ends the program by a closed pipe; why is what the disk said.
  const because = output.failed?.message ?? ending;
  const name = path.split(/[\\/]/).at(-1) ?? path;
  const said = withoutSecrets(lastLines(stderr), env);
  throw new ConfitureError("CONFITURE_BACKUP", `${name} failed (${because})${said === "" ? "" : `: ${said}`}.`, {
    hint: "Read what it says; what it had written is removed.",
  });
}

interface Written {
  readonly text: string;
  readonly failed: Error | undefined;
}

async function collected(stream: Readable): Promise<Written> {
  let text = "";
  for await (const bytes of stream) text += String(bytes);
  return { text, failed: undefined };
}

function piped(stream: Readable, into: Writable): Promise<Written> {
  return pipeline(stream, into).then(
    () => ({ text: "", failed: undefined }),
    (failed: Error) => ({ text: "", failed }),
  );
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-5).join("; ").replace(/\.$/, "");
}

function withoutSecrets(text: string, { PGPASSWORD: password }: Readonly<Record<string, string>>): string {
  return password === undefined || password === "" ? text : text.replaceAll(password, "***");
}

import { createHash, randomBytes } from "node:crypto";
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.js";
import { sleepSync } from "./sleep-sync.js";

const pollMs = 20;

export interface HeldLockFile {
  release(): void;
}

/** Takes a lock file, waiting for a living holder; one left by a dead process is taken over. */
export async function acquireLockFile(path: string, waitMs: number): Promise<HeldLockFile | undefined> {
  for (const deadline = performance.now() + waitMs; ; await delay(pollMs)) {
    const held = tryAcquire(path);
    if (held !== undefined || performance.now() > deadline) return held;
  }
}

/** The same where nothing may be awaited any more: while the process exits. */
export function acquireLockFileSync(path: string, waitMs: number): HeldLockFile | undefined {
  for (const deadline = performance.now() + waitMs; ; sleepSync(pollMs)) {
    const held = tryAcquire(path) ?? heldByUs(path);
    if (held !== undefined || performance.now() > deadline) return held;
  }
}

/**
 * A link appears with its whole content or not at all, so a lock is never half written. Taking over a dead holder's
 * lock is itself guarded by a lock named after that holder: two who both saw it dead cannot take each other's.
 */
function tryAcquire(path: string): HeldLockFile | undefined {
  const token = JSON.stringify({ ...ownIdentity(), nonce: randomBytes(8).toString("hex") });
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.draft`;
  writeFileSync(draft, token, { mode: 0o644 });
  try {
    if (tryLink(draft, path)) return heldLock(path, token);
    const holder = readIfThere(path);
    if (holder === undefined || isAlive(JSON.parse(holder) as ProcessIdentity)) return undefined;
    const takeover = tryAcquire(`${path}.${createHash("sha256").update(holder).digest("hex").slice(0, 12)}.takeover`);
    if (takeover === undefined) return undefined;
    try {
      if (readIfThere(path) !== holder) return undefined;
      renameSync(draft, path);
      removeDrafts(path);
      return heldLock(path, token);
    } finally {
      takeover.release();
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** We exit in the middle of our own open() or close(): nobody will go on with it. */
function heldByUs(path: string): HeldLockFile | undefined {
  const holder = readIfThere(path);
  if (holder === undefined || (JSON.parse(holder) as ProcessIdentity).pid !== process.pid) return undefined;
  return heldLock(path, holder);
}

function heldLock(path: string, token: string): HeldLockFile {
  return {
    release() {
      if (readIfThere(path) === token) rmSync(path, { force: true });
    },
  };
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** What processes killed between writing and linking left behind. */
function removeDrafts(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const pid = /\.(\d+)-[0-9a-f]+\.draft$/.exec(name)?.[1];
    if (!name.startsWith(prefix) || pid === undefined) continue;
    const draft = join(dirname(path), name);
    const content = readIfThere(draft);
    if (content !== undefined && content !== "" && !isAlive(JSON.parse(content) as ProcessIdentity)) {
      rmSync(draft, { force: true });
    }
  }
}

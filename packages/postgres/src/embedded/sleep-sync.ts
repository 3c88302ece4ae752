const cell = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the whole thread: only for the last moments of a process, when no timer fires any more. */
export function sleepSync(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds);
}

/** Servers this process uses, with the way to leave each when nothing can be awaited any more. */
const leaving = new Set<() => void>();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
let listening = false;

/** Has `leave` called when the process exits, also by process.exit() or a signal; returns the undo. */
export function leaveOnExit(leave: () => void): () => void {
  leaving.add(leave);
  if (!listening) listen();
  return () => {
    leaving.delete(leave);
    if (leaving.size === 0) stopListening();
  };
}

function listen(): void {
  listening = true;
  process.on("exit", leaveAll);
  for (const signal of signals) process.on(signal, onSignal);
}

function stopListening(): void {
  listening = false;
  process.off("exit", leaveAll);
  for (const signal of signals) process.off(signal, onSignal);
}

function leaveAll(): void {
  for (const leave of leaving) leave();
  leaving.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  // A program that handles the signal itself goes on, and leaves the server when it exits.
  if (process.listenerCount(signal) > 1) return;
  leaveAll();
  stopListening();
  process.kill(process.pid, signal);
}

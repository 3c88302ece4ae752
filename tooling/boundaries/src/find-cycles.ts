import { posix } from "node:path";
import { readImports } from "./read-imports.js";
import type { Room } from "./read-room.js";

/**
 * Circles of files that import each other, type imports included: each as the path walked, first file repeated. A dynamic
 * import closes none: when it is reached, the file it stands in has been loaded to its end.
 */
export function findCycles(room: Room): readonly string[] {
  const edges = new Map(room.files.map((file) => [file.path, neighboursOf(file.path, file.text)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) {
      cycles.push([...trail.slice(seenAt), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return cycles.map((cycle) => `${room.folder}: ${cycle}`);
}

function neighboursOf(path: string, text: string): readonly string[] {
  return readImports(text, path)
    .flatMap(({ specifier, dynamic }) => (specifier?.startsWith(".") && !dynamic ? [specifier] : []))
    .map((specifier) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts"));
}

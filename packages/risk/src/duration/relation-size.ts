import type { RelationFacts } from "../facts/relation-facts.js";
import type { CalibrationEnvironment } from "./calibration.js";

const blockBytes = 8192;

export function pagesOf(relation: RelationFacts): number {
  return relation.heapBytes / blockBytes;
}

export function megabytes(bytes: number): number {
  return bytes / 2 ** 20;
}

/**
 * A sequential read of a relation larger than a quarter of `shared_buffers` goes through a ring of 256 kB and finds
 * nothing of it in the server's cache the next time (`heapam.c`, `initscan`).
 */
export function staysCached(relation: RelationFacts, environment: CalibrationEnvironment): boolean {
  return relation.heapBytes <= environment.sharedBuffersBytes / 4;
}

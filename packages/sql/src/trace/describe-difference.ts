import type { EffectDifference } from "./compare-effects.js";

/** A difference as a sentence: `public.t: ShareLock was predicted, the server took AccessExclusiveLock`. */
export function describeDifference({ direction, what, relation, predicted, observed }: EffectDifference): string {
  switch (what) {
    case "lock":
    case "index_lock":
      return `${relation}: ${predicted ?? "no lock"} was predicted, the server took ${observed ?? "none"}`;
    case "wait":
      return `${relation}: ${waited(predicted)} was predicted, the server had ${waited(observed)}`;
    case "rewrite":
      return said(direction, relation, "was written anew");
    case "file_swap":
      return said(direction, relation, "got a new file");
    case "scan":
      return said(direction, relation, "was read in full");
    case "index_build":
      return said(direction, relation, "had indexes built");
    case "refusal":
      return "it was predicted that the server refuses the statement, and it did not";
    default:
      return what satisfies never;
  }
}

function waited(mode: string | undefined): string {
  return mode === undefined ? "no wait" : `a wait for holders of what conflicts with ${mode}`;
}

function said(direction: EffectDifference["direction"], relation: string, happened: string): string {
  return direction === "under"
    ? `${relation} ${happened}, which was not predicted`
    : `${relation} was predicted to be one that ${happened}, and it was not`;
}

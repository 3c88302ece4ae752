/** One segment of a pattern: a test of one name, or folders however many. */
export type GlobSegment =
  | { readonly kind: "any-folders" }
  | { readonly kind: "name"; readonly regex: RegExp; readonly literal: string | undefined };

/** True when a pattern has a character that makes it one. */
export function isGlob(pattern: string): boolean {
  return /(?<!\\)[*?[{]/.test(pattern);
}

/** `{a,b}` written out, also nested and with slashes inside; a brace without a partner or a comma stands for itself. */
export function expandBraces(pattern: string): readonly string[] {
  for (let open = findUnescaped(pattern, "{", 0); open !== -1; open = findUnescaped(pattern, "{", open + 1)) {
    const group = readGroup(pattern, open);
    if (group === undefined || group.choices.length < 2) continue;
    const before = pattern.slice(0, open);
    const after = pattern.slice(group.end + 1);
    return group.choices.flatMap((choice) => expandBraces(before + choice + after));
  }
  return [pattern];
}

function findUnescaped(pattern: string, wanted: string, from: number): number {
  for (let index = from; index < pattern.length; index += 1) {
    if (pattern[index] === "\\") index += 1;
    else if (pattern[index] === wanted) return index;
  }
  return -1;
}

function readGroup(
  pattern: string,
  open: number,
): { readonly choices: readonly string[]; readonly end: number } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let index = open; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === "\\") index += 1;
    else if (character === "{") depth += 1;
    else if (character === "," && depth === 1) {
      choices.push(pattern.slice(start, index));
      start = index + 1;
    } else if (character === "}") {
      depth -= 1;
      if (depth === 0) return { choices: [...choices, pattern.slice(start, index)], end: index };
    }
  }
  return undefined;
}

/** A pattern without braces as segments. `.` and empty segments say nothing and are left out. */
export function globSegments(pattern: string): readonly GlobSegment[] {
  return pattern
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .map((segment) => (segment === "**" ? { kind: "any-folders" } : nameSegment(segment.normalize("NFC"))));
}

function nameSegment(segment: string): GlobSegment {
  return {
    kind: "name",
    regex: new RegExp(`^${hiddenGuard(segment)}${segmentRegex(segment)}$`, "u"),
    literal: isGlob(segment) ? undefined : segment.replace(/\\(.)/g, "$1"),
  };
}

/** As in a shell, a wildcard does not see names that begin with a dot unless the pattern begins with one. */
function hiddenGuard(segment: string): string {
  return segment.startsWith(".") || segment.startsWith("\\.") ? "" : "(?!\\.)";
}

function segmentRegex(segment: string): string {
  let regex = "";
  for (let index = 0; index < segment.length; index += 1) {
    const character = segment[index] ?? "";
    if (character === "\\" && index + 1 < segment.length) {
      index += 1;
      regex += escapeRegex(segment[index] ?? "");
    } else if (character === "*") regex += ".*";
    else if (character === "?") regex += ".";
    else if (character === "[") {
      const set = readSet(segment, index);
      regex += set?.regex ?? "\\[";
      index = set?.end ?? index;
    } else regex += escapeRegex(character);
  }
  return regex;
}

/** `[abc]`, `[a-z]`, `[!0-9]`; a `]` right behind the opening stands for itself. */
function readSet(segment: string, open: number): { readonly regex: string; readonly end: number } | undefined {
  const negated = segment[open + 1] === "!" || segment[open + 1] === "^";
  const start = open + (negated ? 2 : 1);
  const end = segment.indexOf("]", start + 1);
  if (end === -1) return undefined;
  const members = segment.slice(start, end).replace(/[\\\]^[]/g, "\\$&");
  const ordered = [...members.matchAll(/(.)-(.)/gu)].every(([, low = "", high = ""]) => low <= high);
  if (!ordered) return undefined;
  return { regex: `[${negated ? "^" : ""}${members.replace(/^-|-$/g, "\\-")}]`, end };
}

function escapeRegex(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}]/g, "\\$&");
}

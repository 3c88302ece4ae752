import { closestName } from "@confiture/config";
import { ConfitureError } from "@confiture/model";
import { comparePaths } from "./compare-paths.js";
import type { FileSystem, FolderEntry } from "./file-system.js";
import { expandBraces, type GlobSegment, globSegments, isGlob } from "./glob-pattern.js";

export interface ListLoadOrderOptions {
  /** Absolute path of the folder at which patterns start. */
  readonly root: string;
  readonly loadOrder: readonly string[];
  readonly fileSystem: FileSystem;
}

/**
 * The `.sql` files of a load order, each once, at its first place. Paths are relative to the root, with `/`.
 *
 * @throws CONFITURE_LOAD_ORDER for an entry that names nothing
 */
export function listLoadOrder(options: ListLoadOrderOptions): readonly string[] {
  const listing = new Listing(options.root, options.fileSystem);
  const files = new Set<string>();
  for (const entry of options.loadOrder) {
    const found = filesOf(entry, listing);
    if (found.length === 0) throw namesNothing(entry, listing);
    for (const file of found) files.add(file);
  }
  return [...files];
}

function filesOf(entry: string, listing: Listing): readonly string[] {
  if (/^(\/|[a-zA-Z]:[\\/])/.test(entry)) {
    throw new ConfitureError("CONFITURE_LOAD_ORDER", `The load order has an absolute path: \`${entry}\`.`, {
      hint: "Write it from the folder of confiture.yaml: it must be there on every machine.",
    });
  }
  const found = new Set<string>();
  for (const pattern of expandBraces(entry)) {
    const wantsFolder = pattern.endsWith("/");
    const { base, segments } = climbed(globSegments(pattern));
    walk(listing, base, segments, { found, folders: wantsFolder || !isGlob(pattern), files: !wantsFolder });
  }
  return [...found].sort(comparePaths);
}

/** Leading `..` lead out of the root; behind a name they take it back. */
function climbed(segments: readonly GlobSegment[]): {
  readonly base: string;
  readonly segments: readonly GlobSegment[];
} {
  const ups = segments.findIndex((segment) => segment.kind !== "name" || segment.literal !== "..");
  const count = ups === -1 ? segments.length : ups;
  return { base: Array.from({ length: count }, () => "..").join("/"), segments: segments.slice(count) };
}

interface Wanted {
  readonly found: Set<string>;
  /** A folder that matches stands for every `.sql` file below it. */
  readonly folders: boolean;
  readonly files: boolean;
}

function walk(listing: Listing, folder: string, segments: readonly GlobSegment[], wanted: Wanted): void {
  const [first, ...rest] = segments;
  if (first === undefined) {
    if (wanted.folders) for (const file of listing.sqlBelow(folder)) wanted.found.add(file);
    return;
  }
  if (first.kind === "any-folders") {
    walk(listing, folder, rest.length === 0 ? [anyName] : rest, wanted);
    for (const entry of listing.entries(folder)) {
      if (entry.kind === "folder" && !entry.name.startsWith("."))
        walk(listing, joined(folder, entry.name), segments, wanted);
    }
    return;
  }
  for (const entry of listing.entries(folder)) {
    if (!first.regex.test(entry.name.normalize("NFC"))) continue;
    const path = joined(folder, entry.name);
    if (entry.kind === "folder") walk(listing, path, rest, wanted);
    else if (entry.kind === "file" && rest.length === 0 && wanted.files && isSql(entry.name)) wanted.found.add(path);
  }
}

/** `db/**` means what `db/**\/*` means. */
const anyName: GlobSegment = { kind: "name", regex: /^(?!\.)/u, literal: undefined };

/** Folders of the project, each read once. */
class Listing {
  readonly #root: string;
  readonly #fileSystem: FileSystem;
  readonly #folders = new Map<string, readonly FolderEntry[]>();

  constructor(root: string, fileSystem: FileSystem) {
    this.#root = root;
    this.#fileSystem = fileSystem;
  }

  /** What a folder holds; nothing when it is not there. */
  entries(folder: string): readonly FolderEntry[] {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const listed = this.#fileSystem.list(this.#absolute(folder)) ?? [];
    const entries = listed.filter(
      (entry) => !(entry.link && entry.kind === "folder" && this.#leadsAbove(folder, entry.name)),
    );
    this.#folders.set(folder, entries);
    return entries;
  }

  sqlBelow(folder: string): readonly string[] {
    return this.entries(folder).flatMap((entry) => {
      if (entry.name.startsWith(".")) return [];
      const path = joined(folder, entry.name);
      if (entry.kind === "folder") return this.sqlBelow(path);
      return entry.kind === "file" && isSql(entry.name) ? [path] : [];
    });
  }

  /** A link to a folder it stands in would be walked for ever. */
  #leadsAbove(folder: string, name: string): boolean {
    const target = this.#fileSystem.realPath(this.#absolute(joined(folder, name)));
    const parts = folder === "" ? [] : folder.split("/");
    return [...parts.keys(), parts.length].some(
      (length) => this.#fileSystem.realPath(this.#absolute(parts.slice(0, length).join("/"))) === target,
    );
  }

  #absolute(path: string): string {
    return path === "" ? this.#root : `${this.#root}/${path}`;
  }
}

function joined(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function isSql(name: string): boolean {
  return /\.sql$/i.test(name);
}

function namesNothing(entry: string, listing: Listing): ConfitureError {
  return new ConfitureError("CONFITURE_LOAD_ORDER", `The load order's \`${entry}\` names no .sql file.`, {
    hint: reasonFor(entry, listing),
    facts: { pattern: entry },
  });
}

/** The first part of the path that is not there, and what is there instead. */
function reasonFor(entry: string, listing: Listing): string {
  let folder = "";
  for (const segment of globSegments(expandBraces(entry)[0] ?? entry)) {
    if (segment.kind !== "name" || segment.literal === undefined) break;
    const { literal } = segment;
    if (literal === "..") return "Check the path; it starts at the folder of confiture.yaml.";
    const entries = listing.entries(folder);
    const found = entries.find(({ name }) => name.normalize("NFC") === literal);
    if (found === undefined) {
      const near = closestName(
        literal,
        entries.map(({ name }) => name),
      );
      const where = folder === "" ? "the folder of confiture.yaml" : `\`${folder}\``;
      return `There is no \`${literal}\` in ${where}.${near === undefined ? "" : ` Did you mean \`${near}\`?`}`;
    }
    folder = joined(folder, found.name);
    if (found.kind !== "folder") return `\`${folder}\` does not end in .sql.`;
  }
  return `\`${folder === "" ? "." : folder}\` is there, and no .sql file in it matches.`;
}

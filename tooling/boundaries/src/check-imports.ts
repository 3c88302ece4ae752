import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { type ImportSite, readImports } from "./read-imports.js";
import type { Manifest, Room, SourceFile } from "./read-room.js";
import { ownScope, type RoomRule, roomRules } from "./room-rules.js";

/** Holds every import of a package against its row. Returns one sentence for each that is not allowed. */
export function checkImports(room: Room, rooms: readonly Room[], rules = roomRules): readonly string[] {
  const rule = rules[room.manifest.name];
  if (rule === undefined) return [`${room.manifest.name} has no row in room-rules.ts`];
  return room.files.flatMap((file) =>
    readImports(file.text, file.path).flatMap((site) => {
      const refusal = refuse(site, { file, room, rooms, rule });
      return refusal === undefined ? [] : [`${room.folder}/${file.path}:${site.line} ${refusal}`];
    }),
  );
}

interface Place {
  readonly file: SourceFile;
  readonly room: Room;
  readonly rooms: readonly Room[];
  readonly rule: RoomRule;
}

function refuse(site: ImportSite, place: Place): string | undefined {
  const { specifier } = site;
  // Computed specifiers load files of the user (a migration, a rule); packages of ours are named literally.
  if (specifier === undefined) return undefined;
  if (specifier.startsWith(".")) return refuseRelative(specifier, place);
  if (isBuiltin(specifier)) return refuseBuiltin(specifier, place.rule);
  const name = packageNameOf(specifier);
  if (!allowedIn(place).has(name)) return `imports ${name}, which its row in room-rules.ts does not allow`;
  return refuseUndeclared(name, site, place.room.manifest) ?? refuseDeep(specifier, name, place.rooms);
}

/** Own and third-party packages this very file may import. */
function allowedIn({ rule, file, rooms }: Place): ReadonlySet<string> {
  const own = rule.own === "everything" ? rooms.map((room) => room.manifest.name) : rule.own;
  const added = (rule.additions ?? [])
    .filter((addition) => addition.paths.some((path) => file.path.startsWith(path)))
    .flatMap((addition) => [...(addition.own ?? []), ...(addition.thirdParty ?? [])]);
  return new Set([...own, ...rule.thirdParty, ...added]);
}

function refuseRelative(specifier: string, { file }: Place): string | undefined {
  const target = posix.join(posix.dirname(file.path), specifier);
  return target.startsWith("src/") ? undefined : `reaches out of its package: ${specifier}`;
}

function refuseBuiltin(specifier: string, rule: RoomRule): string | undefined {
  if (rule.builtins === "none") return `imports ${specifier}, and this package must also run outside Node`;
  return specifier.startsWith("node:") ? undefined : `imports ${specifier} without node:`;
}

function refuseUndeclared(name: string, site: ImportSite, manifest: Manifest): string | undefined {
  if (name === manifest.name) return "imports itself by name";
  const declared = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  if (name in declared) return undefined;
  // The build takes devDependencies into an application's own files (tooling/build); a library leaves them outside.
  if (manifest.bin !== undefined && name in (manifest.devDependencies ?? {})) return undefined;
  // DefinitelyTyped packages carry the types of the package they are named after.
  const types = `@types/${name.replace(/^@/, "").replace("/", "__")}`;
  if (site.typeOnly && (name in (manifest.devDependencies ?? {}) || types in (manifest.devDependencies ?? {})))
    return undefined;
  return `imports ${name}, which its package.json does not depend on`;
}

function refuseDeep(specifier: string, name: string, rooms: readonly Room[]): string | undefined {
  if (!name.startsWith(ownScope)) return undefined;
  const target = rooms.find((room) => room.manifest.name === name);
  if (target === undefined) return `imports ${name}, which is no published package of ours`;
  const entry = `.${specifier.slice(name.length)}`;
  return entry in (target.manifest.exports ?? {}) ? undefined : `reaches into ${name}: ${specifier} is no entry of it`;
}

function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

import type { Manifest, Room } from "./read-room.js";
import { ownScope, type RoomRule, roomRules } from "./room-rules.js";

/** Holds what a package.json depends on at run time against its row. Returns one sentence for each that is not allowed. */
export function checkManifest(room: Room, rules = roomRules): readonly string[] {
  const { manifest } = room;
  const rule = rules[manifest.name];
  if (rule === undefined) return [`${manifest.name} has no row in room-rules.ts`];
  const misplaced = rule.folder === room.folder ? [] : [`${manifest.name} lives in ${room.folder}, not ${rule.folder}`];
  return [
    ...misplaced,
    ...checkRequired(manifest, rule),
    ...checkOptional(manifest, rule),
    ...checkRanges(manifest),
  ].map((sentence) => `${room.folder}/package.json ${sentence}`);
}

/** What is always installed with the package must be allowed in all of it. */
function checkRequired(manifest: Manifest, rule: RoomRule): readonly string[] {
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => !isAllowed(name, rule))
    .map((name) => `depends on ${name}, which its row in room-rules.ts does not allow`);
}

/** What only a part may import must be a peer that can be left out. */
function checkOptional(manifest: Manifest, rule: RoomRule): readonly string[] {
  const added = new Set(
    (rule.additions ?? []).flatMap(({ own, thirdParty }) => [...(own ?? []), ...(thirdParty ?? [])]),
  );
  return Object.keys(manifest.peerDependencies ?? {}).flatMap((name) => {
    if (isAllowed(name, rule)) return [];
    if (!added.has(name)) return [`has the peer ${name}, which its row in room-rules.ts does not allow`];
    const optional = manifest.peerDependenciesMeta?.[name]?.optional === true;
    return optional ? [] : [`must mark its peer ${name} as optional: only a part of it needs it`];
  });
}

function checkRanges(manifest: Manifest): readonly string[] {
  const isOurs = ([name]: readonly [string, string]) => name.startsWith(ownScope);
  const required = Object.entries(manifest.dependencies ?? {}).filter(isOurs);
  const peers = Object.entries(manifest.peerDependencies ?? {}).filter(isOurs);
  return [
    ...required
      .filter(([, range]) => range !== "workspace:^")
      .map(([name, range]) => `names ${name} as ${range}, not workspace:^`),
    // A peer's range is wider: a new minor of it must not make a new major of its dependents.
    ...peers
      .filter(([, range]) => !range.startsWith("workspace:"))
      .map(([name, range]) => `names ${name} as ${range}, not workspace:…`),
  ];
}

function isAllowed(name: string, rule: RoomRule): boolean {
  if (rule.thirdParty.includes(name)) return true;
  return rule.own === "everything" ? name.startsWith(ownScope) : rule.own.includes(name);
}

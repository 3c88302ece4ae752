import { expect, test } from "vitest";
import { checkImports } from "../src/check-imports.js";
import { checkManifest } from "../src/check-manifest.js";
import { checkManner } from "../src/check-manner.js";
import { findCycles } from "../src/find-cycles.js";
import { readImports } from "../src/read-imports.js";
import { readRooms } from "../src/read-room.js";
import { roomRules } from "../src/room-rules.js";

const rooms = readRooms();

test("the checks below look at every package, and at many imports", () => {
  const sites = rooms.flatMap((room) => room.files.flatMap((file) => readImports(file.text, file.path)));
  expect(rooms.length).toBeGreaterThanOrEqual(7);
  expect(rooms.every((room) => room.files.length > 0)).toBe(true);
  expect(sites.length).toBeGreaterThan(50);
});

test("no row of the table allows a circle of packages", () => {
  const reaches = (from: string, seen: readonly string[]): boolean => {
    const own = roomRules[from]?.own ?? [];
    if (own === "everything") return false;
    return own.some((name) => seen.includes(name) || reaches(name, [...seen, name]));
  };
  expect(Object.keys(roomRules).filter((name) => reaches(name, [name]))).toEqual([]);
});

test("every package.json depends on what its row allows and on nothing else", () => {
  expect(rooms.flatMap((room) => checkManifest(room))).toEqual([]);
});

test("every import is allowed by its package's row and declared in its package.json", () => {
  expect(rooms.flatMap((room) => checkImports(room, rooms))).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(rooms.flatMap(findCycles)).toEqual([]);
});

test("no export *, no default export, no enum, no file name that says nothing", () => {
  expect(rooms.flatMap(checkManner)).toEqual([]);
});

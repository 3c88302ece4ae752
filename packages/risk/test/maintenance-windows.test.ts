import { checkMaintenanceWindows, type MaintenanceWindow } from "@confiture/risk";
import { describe, expect, test } from "vitest";

const sundays: MaintenanceWindow = { opens: "0 2 * * sun", minutes: 180, timeZone: "Europe/Paris" };
const check = (windows: readonly MaintenanceWindow[], at: string) => {
  const { open, closesAt, nextOpensAt } = checkMaintenanceWindows(windows, new Date(at));
  return [open, closesAt, nextOpensAt];
};

describe("a window on Sundays at two in Paris", () => {
  test.each([
    ["before it opens", "2026-01-11T00:59:59Z", [false, null, "2026-01-11T01:00:00.000Z"]],
    ["as it opens", "2026-01-11T01:00:00Z", [true, "2026-01-11T04:00:00.000Z", "2026-01-18T01:00:00.000Z"]],
    ["just before it closes", "2026-01-11T03:59:59Z", [true, "2026-01-11T04:00:00.000Z", "2026-01-18T01:00:00.000Z"]],
    ["as it closes", "2026-01-11T04:00:00Z", [false, null, "2026-01-18T01:00:00.000Z"]],
    [
      "in summer, an hour earlier by UTC",
      "2026-07-12T00:30:00Z",
      [true, "2026-07-12T03:00:00.000Z", "2026-07-19T00:00:00.000Z"],
    ],
  ])("%s", (_, at, expected) => {
    expect(check([sundays], at)).toEqual(expected);
  });

  test("opens when the clocks have jumped on the night they skip two o'clock", () => {
    expect(check([sundays], "2026-03-29T00:30:00Z")).toEqual([false, null, "2026-03-29T01:00:00.000Z"]);
    expect(check([sundays], "2026-03-29T03:59:00Z")[1]).toBe("2026-03-29T04:00:00.000Z");
  });

  test("opens once, the first time, on the night clocks show two o'clock twice", () => {
    expect(check([sundays], "2026-10-24T20:00:00Z")[2]).toBe("2026-10-25T00:00:00.000Z");
    expect(check([sundays], "2026-10-25T01:00:00Z")).toEqual([
      true,
      "2026-10-25T03:00:00.000Z",
      "2026-11-01T01:00:00.000Z",
    ]);
  });
});

test("no day is skipped around a day of 23 hours", () => {
  const daily: MaintenanceWindow = { opens: "30 23 * * *", minutes: 60, timeZone: "Europe/Paris" };
  expect(check([daily], "2026-03-29T22:15:00Z")).toEqual([
    true,
    "2026-03-29T22:30:00.000Z",
    "2026-03-30T21:30:00.000Z",
  ]);
});

test("a window longer than a day stays open over midnight, and one over new year too", () => {
  expect(check([{ opens: "0 20 31 12 *", minutes: 2_880 }], "2027-01-02T19:59:00Z")[0]).toBe(true);
  expect(check([{ opens: "0 20 31 12 *", minutes: 2_880 }], "2027-01-02T20:00:00Z")[0]).toBe(false);
});

test("lists, ranges, steps and names are read; both day fields together mean either", () => {
  const either: MaintenanceWindow = { opens: "0,30 1-5/2 1 jan-mar mon", minutes: 10 };
  // The 1st of March 2026 is a Sunday, the 2nd a Monday.
  expect(check([either], "2026-03-01T01:05:00Z")[0]).toBe(true);
  expect(check([either], "2026-03-02T05:35:00Z")[0]).toBe(true);
  expect(check([either], "2026-03-02T02:05:00Z")[0]).toBe(false);
  expect(check([either], "2026-03-03T01:05:00Z")[0]).toBe(false);
  expect(check([{ opens: "0 0 29 feb *", minutes: 1 }], "2026-01-01T00:00:00Z")[2]).toBe("2028-02-29T00:00:00.000Z");
  expect(check([{ opens: "0 0 * * 7", minutes: 1 }], "2026-01-01T00:00:00Z")[2]).toBe("2026-01-04T00:00:00.000Z");
});

test("of several windows the last to close and the next to open are told; none never opens", () => {
  const long: MaintenanceWindow = { opens: "0 1 * * sun", minutes: 600 };
  expect(check([sundays, long], "2026-01-11T02:00:00Z").slice(0, 2)).toEqual([true, "2026-01-11T11:00:00.000Z"]);
  expect(check([], "2026-01-11T02:00:00Z")).toEqual([false, null, null]);
  expect(check([{ opens: "0 0 30 feb *", minutes: 1 }], "2026-01-01T00:00:00Z")[2]).toBeNull();
});

test.each([
  [{ opens: "0 2 * *", minutes: 60 }, "4 fields"],
  [{ opens: "61 2 * * *", minutes: 60 }, "minute"],
  [{ opens: "0 5-2 * * *", minutes: 60 }, "hour"],
  [{ opens: "0 2 * * noday", minutes: 60 }, "day of week"],
  [{ opens: "*/0 2 * * *", minutes: 60 }, "minute"],
  [{ opens: "0 2 * * *", minutes: 0 }, "0 minutes"],
  [{ opens: "0 2 * * *", minutes: 60, timeZone: "Europe/Nowhere" }, "Europe/Nowhere"],
])("%o is refused", (window, message) => {
  expect(() => checkMaintenanceWindows([window], new Date())).toThrow(
    expect.objectContaining({ code: "CONFITURE_CONFIG_INVALID", message: expect.stringContaining(message) }),
  );
});

import { ConfitureError, type WindowState } from "@confiture/model";
import { type CronFields, parseCron } from "./cron-fields.js";
import { instantOf, isTimeZone, wallTimeAt } from "./zoned-time.js";

/** A time that comes again, in which changes may cost more. */
export interface MaintenanceWindow {
  /** When it opens: `minute hour day-of-month month day-of-week`, as in cron. */
  readonly opens: string;
  /** How long it stays open, in elapsed minutes, also when clocks are changed meanwhile. */
  readonly minutes: number;
  /** IANA name (`Europe/Paris`). Default: `UTC`. */
  readonly timeZone?: string;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const horizonDays = 5 * 366;

/**
 * Whether one of the windows is open at a moment, until when, and when the next one opens. A window whose time clocks
 * skip in spring opens when they have jumped; where they show its time twice in autumn, it opens the first time.
 *
 * @throws CONFITURE_CONFIG_INVALID for a cron line, a length or a time zone that cannot be read.
 */
export function checkMaintenanceWindows(windows: readonly MaintenanceWindow[], at: Date): WindowState {
  const now = at.getTime();
  if (Number.isNaN(now)) throw new RangeError("The moment to check is not a date.");
  const parsed = windows.map(parseWindow);
  const open = parsed.flatMap((window) => closingOf(window, now) ?? []);
  const next = parsed.flatMap((window) => openingAfter(window, now) ?? []);
  return {
    open: open.length > 0,
    closesAt: open.length > 0 ? new Date(Math.max(...open)).toISOString() : null,
    nextOpensAt: next.length > 0 ? new Date(Math.min(...next)).toISOString() : null,
  };
}

interface ParsedWindow {
  readonly fields: CronFields;
  readonly lengthMs: number;
  readonly timeZone: string;
}

function parseWindow({ opens, minutes, timeZone = "UTC" }: MaintenanceWindow): ParsedWindow {
  const fields = parseCron(opens);
  if (!(minutes > 0 && Number.isFinite(minutes))) {
    throw new ConfitureError("CONFITURE_CONFIG_INVALID", `A maintenance window cannot last ${minutes} minutes.`, {
      facts: { opens, minutes },
    });
  }
  if (!isTimeZone(timeZone)) {
    throw new ConfitureError("CONFITURE_CONFIG_INVALID", `Nobody knows the time zone ${timeZone}.`, {
      hint: "Use a name of the IANA database: Europe/Paris, America/New_York, UTC.",
      facts: { opens, timeZone },
    });
  }
  return { fields, lengthMs: minutes * minuteMs, timeZone };
}

/** When the latest window that is open now closes. */
function closingOf(window: ParsedWindow, now: number): number | undefined {
  const days = Math.ceil(window.lengthMs / dayMs) + 1;
  for (let back = 0; back <= days; back += 1) {
    const opened = openingsOn(window, calendarDay(window, now, -back)).filter((opening) => opening <= now);
    const last = opened.at(-1);
    if (last !== undefined) return last + window.lengthMs > now ? last + window.lengthMs : undefined;
  }
  return undefined;
}

function openingAfter(window: ParsedWindow, now: number): number | undefined {
  for (let ahead = 0; ahead <= horizonDays; ahead += 1) {
    const opening = openingsOn(window, calendarDay(window, now, ahead)).find((candidate) => candidate > now);
    if (opening !== undefined) return opening;
  }
  return undefined;
}

/** The zone's date at an instant, some days on. By the calendar: a day may have 23 or 25 hours. */
function calendarDay({ timeZone }: ParsedWindow, instant: number, days: number): Date {
  const { year, month, day } = wallTimeAt(instant, timeZone);
  return new Date(Date.UTC(year, month - 1, day + days));
}

/** Every opening on a calendar day, in order. */
function openingsOn({ fields, timeZone }: ParsedWindow, date: Date): readonly number[] {
  if (!fields.months.has(date.getUTCMonth() + 1) || !dayFits(fields, date)) return [];
  const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  const openings = [...fields.hours].flatMap((hour) =>
    [...fields.minutes].map((minute) => instantOf({ ...day, hour, minute }, timeZone)),
  );
  return openings.sort((a, b) => a - b);
}

function dayFits(fields: CronFields, date: Date): boolean {
  const byMonth = fields.daysOfMonth.has(date.getUTCDate());
  const byWeek = fields.daysOfWeek.has(date.getUTCDay());
  return fields.eitherDay ? byMonth || byWeek : byMonth && byWeek;
}

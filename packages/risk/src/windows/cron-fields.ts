import { ConfitureError } from "@confiture/model";

/** The numbers each field of a cron line allows. */
export interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Both day fields are given: as in every cron, one of them then suffices. */
  readonly eitherDay: boolean;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of the numbers, beginning with `from`. */
  readonly names?: readonly string[];
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const fields: readonly Field[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12, names: monthNames },
  // 7 is Sunday too.
  { name: "day of week", from: 0, to: 7, names: dayNames },
];

/**
 * Reads `minute hour day-of-month month day-of-week`: numbers, names of months and days, `*`, lists, ranges and steps.
 *
 * @throws CONFITURE_CONFIG_INVALID, naming the field.
 */
export function parseCron(cron: string): CronFields {
  const texts = cron.trim().toLowerCase().split(/\s+/);
  if (texts.length !== fields.length) throw invalid(cron, `it has ${texts.length} fields, not 5`);
  const [minutes, hours, daysOfMonth, months, weekdays] = texts.map((text, index) =>
    parseField(cron, text, fields[index]!),
  );
  const daysOfWeek = new Set([...weekdays!].map((day) => day % 7));
  const given = (text: string | undefined) => !text!.startsWith("*");
  return {
    minutes: minutes!,
    hours: hours!,
    daysOfMonth: daysOfMonth!,
    months: months!,
    daysOfWeek,
    eitherDay: given(texts[2]) && given(texts[4]),
  };
}

function parseField(cron: string, text: string, field: Field): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const item of text.split(",")) {
    const match = /^(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/.exec(item);
    if (match === null) throw invalid(cron, `its ${field.name} holds "${item}"`);
    const [, first, last, stepText] = match;
    const step = stepText === undefined ? 1 : Number(stepText);
    const from = first === undefined ? field.from : numberOf(cron, first, field);
    // `5/10` means from 5 on; `5` means 5.
    const to = last === undefined ? (first === undefined || stepText ? field.to : from) : numberOf(cron, last, field);
    if (step < 1 || to < from) throw invalid(cron, `its ${field.name} holds "${item}"`);
    for (let number = from; number <= to; number += step) numbers.add(number);
  }
  return numbers;
}

function numberOf(cron: string, text: string, field: Field): number {
  const place = field.names?.indexOf(text) ?? -1;
  const number = place === -1 ? Number(text) : field.from + place;
  if (Number.isInteger(number) && number >= field.from && number <= field.to) return number;
  throw invalid(cron, `its ${field.name} is "${text}", not from ${field.from} to ${field.to}`);
}

function invalid(cron: string, problem: string): ConfitureError {
  return new ConfitureError(
    "CONFITURE_CONFIG_INVALID",
    `The maintenance window "${cron}" cannot be read: ${problem}.`,
    {
      hint: "Write minute, hour, day of month, month and day of week: `0 2 * * sun` is Sundays at two.",
      facts: { cron },
    },
  );
}

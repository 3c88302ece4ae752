/** A table to measure on: real (a temporary one would skip the log), in the scratch schema. */
export interface ScratchTable {
  readonly shape: "narrow" | "mixed" | "wide" | "toasted";
  /** Rows for each row of the largest narrow table. */
  readonly share: number;
  /** Bytes of a row with its header, for the budget alone; what is used to fit is read from the server. */
  readonly rowBytes: number;
  readonly columns: string;
  /** The select list over generate_series(1, $rows) g. */
  readonly values: (rows: number) => string;
  /** Tables to refer to, with `id` from 1 to this many as primary key. */
  readonly parents?: (rows: number) => Readonly<Record<string, number>>;
}

/** The smaller of the referenced tables, in rows for each row of the referencing one. */
export const tenthShare = 0.1;
export const fewShare = 0.01;

/** A random number from 1 to `rows`. */
const number = (rows: number) => `1 + floor(random() * ${rows})::integer`;

/** Random text of 32 characters that no compression makes smaller. */
const noise = (salt: string) => `md5(g::text || '${salt}')`;

/**
 * Four shapes, so that what a row, a column, a byte and a chunk cost can be told apart. Values are random where order
 * matters, because sorting what is sorted already is several times faster.
 */
export const scratchTables: readonly ScratchTable[] = [
  {
    shape: "narrow",
    share: 1,
    rowBytes: 48,
    columns: "id bigint, n integer, tenth integer, few integer",
    values: (rows) =>
      `g, ${number(rows)}, ${number(Math.ceil(rows * tenthShare))}, ${number(Math.ceil(rows * fewShare))}`,
    parents: (rows) => ({
      every: rows,
      each_tenth: Math.ceil(rows * tenthShare),
      each_hundredth: Math.ceil(rows * fewShare),
    }),
  },
  {
    shape: "mixed",
    share: 0.3,
    rowBytes: 314,
    columns: `id bigint, n integer, tenth integer, few integer, amount numeric(12,2), code text, label text, uid uuid,
      at timestamptz, tags integer[], doc jsonb, plain jsonb, place point, words tsvector`,
    values: (
      rows,
    ) => `g, ${number(rows)}, ${number(Math.ceil(rows * tenthShare))}, (random() * 50)::integer, (random() * 1000000)::numeric(12,2),
      substr(${noise("c")}, 1, 16), ${noise("l")} || 'label', ${noise("u")}::uuid,
      timestamptz '2020-01-01 00:00:00+00' + g * interval '1 minute',
      array[(random() * 1000)::integer, (random() * 1000)::integer, (random() * 1000)::integer],
      jsonb_build_object('a', (random() * 1000)::integer, 'b', substr(${noise("d")}, 1, 8)),
      jsonb_build_object('kind', floor(random() * 5)::integer, 'batch', floor(random() * 1000)::integer), point(random(), random()), to_tsvector('simple', ${series(6, () => "'w' || floor(1000 * random() * random())").replaceAll(",", " || ' ' ||")})`,
    parents: (rows) => ({ every: rows, each_tenth: Math.ceil(rows * tenthShare) }),
  },
  {
    shape: "wide",
    share: 0.075,
    rowBytes: 760,
    columns: `id bigint, n integer, ${numbered(14, "i", "integer")}, ${numbered(14, "t", "text")}`,
    values: (rows) =>
      `g, ${number(rows)}, ${series(14, (index) => `g + ${index}`)}, ${series(14, (index) => noise(`${index}`))}`,
  },
  {
    shape: "toasted",
    share: 0.004,
    rowBytes: 6_300,
    columns: "id bigint, n integer, body text",
    // 192 different pieces of 32 characters: nothing to compress.
    values: (rows) =>
      `g, ${number(rows)}, (select string_agg(md5(g::text || '-' || s::text), '') from generate_series(1, 192) s)`,
  },
];

function numbered(count: number, name: string, type: string): string {
  return series(count, (index) => `${name}${index} ${type}`);
}

function series(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index + 1)).join(", ");
}

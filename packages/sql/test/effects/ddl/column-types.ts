/** A type a column may have: what to fill it with in row `g`, and what it may be changed to. */
export interface ColumnType {
  readonly type: string;
  readonly value: string;
  /** What may stand behind `ALTER COLUMN … TYPE`; `@` is the column. */
  readonly to: readonly string[];
}

export const columnTypes: readonly ColumnType[] = [
  {
    type: "integer",
    value: "g",
    to: [
      "bigint",
      "smallint",
      "numeric",
      "text",
      "oid",
      "real",
      "numeric(10,2)",
      "integer",
      "integer using @ + 1",
      "positive",
      "small",
    ],
  },
  { type: "bigint", value: "g", to: ["integer", "numeric", "text", "bigint", "double precision"] },
  { type: "smallint", value: "g", to: ["integer", "bigint", "text", "smallint"] },
  {
    type: "text",
    value: "'x' || g",
    to: [
      "character varying",
      "character varying(50)",
      "character(20)",
      'text collate "C"',
      "label",
      "text",
      "text using lower(@)",
    ],
  },
  {
    type: "character varying(20)",
    value: "'v' || g",
    to: [
      "character varying(40)",
      "character varying(10)",
      "text",
      "character varying",
      "character varying(20)",
      "label",
    ],
  },
  { type: "character(10)", value: "'c' || g", to: ["character(20)", "text", "character varying(10)", "character(10)"] },
  { type: "numeric(8,2)", value: "g", to: ["numeric(10,2)", "numeric(10,4)", "numeric", "integer", "numeric(6,2)"] },
  { type: "numeric", value: "g", to: ["numeric(12,3)", "double precision", "numeric", "money"] },
  { type: "real", value: "g", to: ["double precision", "numeric", "text"] },
  {
    type: "timestamp without time zone",
    value: "timestamp '2020-01-01' + g * interval '1 day'",
    to: [
      "timestamp with time zone",
      "date",
      "timestamp(3) without time zone",
      "text",
      "timestamp with time zone using @ at time zone 'UTC'",
    ],
  },
  {
    type: "timestamp with time zone",
    value: "timestamptz '2020-01-01 00:00+00' + g * interval '1 day'",
    to: ["timestamp without time zone", "timestamp(0) with time zone", "date", "timestamp with time zone"],
  },
  {
    type: "timestamp(3) without time zone",
    value: "timestamp '2020-01-01'",
    to: [
      "timestamp(6) without time zone",
      "timestamp(0) without time zone",
      "timestamp without time zone",
      "timestamp with time zone",
    ],
  },
  { type: "date", value: "date '2020-01-01' + g", to: ["timestamp without time zone", "text", "date"] },
  {
    type: "time(3) without time zone",
    value: "time '10:00'",
    to: ["time(6) without time zone", "time without time zone", "interval"],
  },
  {
    type: "interval second(3)",
    value: "interval '1 second'",
    to: ["interval", "interval second(6)", "interval second(0)", "text"],
  },
  { type: "boolean", value: "g % 2 = 0", to: ["text", "integer using @::integer", "boolean"] },
  { type: "jsonb", value: "jsonb_build_object('k', g)", to: ["json", "text", "jsonb"] },
  { type: "json", value: "json_build_object('k', g)", to: ["jsonb", "text"] },
  { type: "uuid", value: "md5(g::text)::uuid", to: ["text", "uuid", "character varying(40)"] },
  { type: "inet", value: "('10.0.0.' || g)::inet", to: ["text", "cidr", "inet"] },
  { type: "cidr", value: "('10.0.0.' || g)::cidr", to: ["inet", "text"] },
  { type: "bit(8)", value: "B'00000001'", to: ["bit varying(8)", "bit(16) using @::bit(16)", "bit(8)"] },
  { type: "bit varying(8)", value: "B'01'", to: ["bit varying(16)", "bit varying", "bit varying(4)"] },
  { type: "bytea", value: "'\\x01'::bytea", to: ["bytea", "text using encode(@, 'hex')"] },
  { type: "mood", value: "'ok'::mood", to: ["text", "mood", "character varying(10)"] },
  { type: "integer[]", value: "array[g]", to: ["bigint[]", "text[]", "integer[]"] },
  {
    type: "character varying(5)[]",
    value: "array['a']::varchar(5)[]",
    to: ["text[]", "character varying(9)[]", "character varying[]"],
  },
  { type: "int4range", value: "int4range(g, g + 1)", to: ["int4range", "text"] },
  { type: "positive", value: "g", to: ["integer", "bigint", "positive"] },
  { type: "small", value: "g", to: ["integer", "positive", "small"] },
  { type: "label", value: "'l' || g", to: ["text", "character varying(20)", "label"] },
  { type: "positive[]", value: "array[g]::positive[]", to: ["integer[]", "positive[]"] },
  { type: "pair", value: "row(g, g)::pair", to: ["text", "pair"] },
  { type: "oid", value: "g", to: ["regclass", "integer using @::integer", "bigint"] },
  { type: "regclass", value: "'pg_class'::regclass", to: ["oid", "text"] },
  { type: "tsvector", value: "to_tsvector('simple', 'a')", to: ["text", "tsvector"] },
];

export function columnTypeNamed(type: string): ColumnType | undefined {
  const own = type.replace(/^public\./, "");
  return columnTypes.find((row) => row.type === own);
}

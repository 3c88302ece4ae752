import type { Catalog, CatalogType } from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { hintedValues, type SeedValue } from "./seed-hints.js";

const text =
  (value: (n: number) => string): SeedValue =>
  (n) =>
    quoteLiteral(value(n));

const whole: readonly SeedValue[] = [
  (n) => `${n}`,
  (n) => `${-n}`,
  (n) => `${100 + n}`,
  () => "0",
  (n) => `${n * 1000}`,
];
const share: readonly SeedValue[] = [(n) => `${n}.5`, (n) => `${n}`, (n) => `0.${n}`, (n) => `${-n}`, () => "0"];
const words: readonly SeedValue[] = [
  text((n) => `word ${n}`),
  text((n) => `w${n}`),
  text((n) => `${n}`),
  text((n) => `w${n}@example.org`),
  text((n) => `W${n}`),
  text((n) => `https://example.org/${n}`),
  text((n) => `+4912345${n}`),
  text((n) => String.fromCharCode(96 + ((n - 1) % 26) + 1)),
  text((n) => String.fromCharCode(64 + ((n - 1) % 26) + 1).repeat(2)),
  text(() => ""),
];

const day = (n: number) => `2024-${String(1 + (n % 12)).padStart(2, "0")}-${String(1 + (n % 28)).padStart(2, "0")}`;
const days: readonly SeedValue[] = [
  text(day),
  text((n) => day(n).replace("2024", "2031")),
  text((n) => day(n).replace("2024", "1999")),
];
const moments: readonly SeedValue[] = [text((n) => `${day(n)} 0${n % 10}:00:00+00`), ...days];

/** By the name of the type without its modifier. */
const builtIn: Readonly<Record<string, readonly SeedValue[]>> = {
  smallint: whole,
  integer: whole,
  bigint: whole,
  oid: whole,
  xid: [text((n) => `${n}`)],
  numeric: share,
  real: share,
  "double precision": share,
  money: share,
  text: words,
  "character varying": words,
  character: words,
  name: words,
  citext: words,
  '"char"': words,
  boolean: [(n) => (n % 2 === 0 ? "true" : "false"), () => "true", () => "false"],
  date: days,
  "timestamp without time zone": moments,
  "timestamp with time zone": moments,
  "time without time zone": [text((n) => `0${n % 10}:00:00`)],
  "time with time zone": [text((n) => `0${n % 10}:00:00+00`)],
  interval: [text((n) => `${n} days`), text((n) => `${n} hours`)],
  uuid: [text((n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`)],
  json: [text((n) => `{"n": ${n}}`), text((n) => `[${n}]`), text((n) => `"w${n}"`), text(() => "null")],
  jsonb: [text((n) => `{"n": ${n}}`), text((n) => `[${n}]`), text((n) => `"w${n}"`), text(() => "null")],
  jsonpath: [text((n) => `$.n${n}`)],
  xml: [text((n) => `<n>${n}</n>`)],
  bytea: [text((n) => `\\x${(n % 256).toString(16).padStart(2, "0")}`)],
  inet: [text((n) => `10.0.0.${n % 256}`)],
  cidr: [text((n) => `10.0.${n % 256}.0/24`)],
  macaddr: [text((n) => `08:00:2b:01:02:${(n % 256).toString(16).padStart(2, "0")}`)],
  macaddr8: [text((n) => `08:00:2b:01:02:03:04:${(n % 256).toString(16).padStart(2, "0")}`)],
  bit: [(n) => `B'${(n % 256).toString(2)}'`],
  "bit varying": [(n) => `B'${(n % 256).toString(2)}'`],
  tsvector: [text((n) => `word${n}`)],
  tsquery: [text((n) => `word${n}`)],
  point: [text((n) => `(${n},${n})`)],
  line: [text((n) => `{1,1,${n}}`)],
  lseg: [text((n) => `[(0,0),(${n},${n})]`)],
  box: [text((n) => `(${n},${n}),(0,0)`)],
  path: [text((n) => `[(0,0),(${n},${n})]`)],
  polygon: [text((n) => `((0,0),(${n},${n}),(0,${n}))`)],
  circle: [text((n) => `<(0,0),${n}>`)],
  int4range: [text((n) => `[${n},${n + 1})`)],
  int8range: [text((n) => `[${n},${n + 1})`)],
  numrange: [text((n) => `[${n},${n + 1})`)],
  daterange: [text((n) => `[20${10 + (n % 90)}-01-01,20${10 + (n % 90)}-02-01)`)],
  tsrange: [text((n) => `[20${10 + (n % 90)}-01-01,20${10 + (n % 90)}-02-01)`)],
  tstzrange: [text((n) => `[20${10 + (n % 90)}-01-01 00:00+00,20${10 + (n % 90)}-02-01 00:00+00)`)],
  int4multirange: [text((n) => `{[${n},${n + 1})}`)],
  int8multirange: [text((n) => `{[${n},${n + 1})}`)],
  nummultirange: [text((n) => `{[${n},${n + 1})}`)],
  datemultirange: [text((n) => `{[20${10 + (n % 90)}-01-01,20${10 + (n % 90)}-02-01)}`)],
  tsmultirange: [text((n) => `{[20${10 + (n % 90)}-01-01,20${10 + (n % 90)}-02-01)}`)],
  tstzmultirange: [text((n) => `{[20${10 + (n % 90)}-01-01 00:00+00,20${10 + (n % 90)}-02-01 00:00+00)}`)],
  pg_lsn: [text((n) => `0/${n}`)],
  regclass: [text(() => "pg_class")],
  regtype: [text(() => "int4")],
  regproc: [text(() => "int4pl")],
};

/** What a type of somebody's own may read: the first that it takes. */
const anything: readonly SeedValue[] = [
  ...[(n: number) => `${n}`, (n: number) => `w${n}`, () => "", (n: number) => `w${n}=>1`, (n: number) => `[${n}]`].map(
    text,
  ),
  ...[(n: number) => `POINT(${n} ${n})`, (n: number) => `a.b${n}`, (n: number) => `[${n},${n},${n}]`].map(text),
];

export interface SeedTypes {
  /** SQL for values of a type as a column spells it, the likeliest first. Cast to the type already. */
  valuesOf(type: string): readonly SeedValue[];
  /** What is below all domains, without its modifier. */
  baseOf(type: string): string;
  /** Whether the first value is known to be one of the type. */
  isSure(type: string): boolean;
}

export function seedTypes(catalog: Catalog): SeedTypes {
  const own = new Map(catalog.types.map((type) => [type.name, type]));
  const checksOfDomains = catalog.constraints.filter(({ domain, kind }) => domain !== undefined && kind === "check");

  function valuesOf(type: string): readonly SeedValue[] {
    return plainValues(type, 0).map((value) => (n) => `${value(n)}::${type}`);
  }

  /** Types can be made of each other, but not of themselves: the depth only guards against a catalog that says so. */
  function plainValues(type: string, depth: number): readonly SeedValue[] {
    if (depth > 8) return [() => "null"];
    if (type.endsWith("[]")) {
      const element = type.slice(0, -2);
      return [
        ...plainValues(element, depth + 1).map(
          (value): SeedValue =>
            (n) =>
              `array[${value(n)}::${element}]`,
        ),
        () => "'{}'",
      ];
    }
    const known = own.get(type);
    if (known !== undefined) return valuesOfOwn(known, depth);
    return builtIn[withoutModifier(type)] ?? builtIn[unqualified(type)] ?? anything;
  }

  function valuesOfOwn(type: CatalogType, depth: number): readonly SeedValue[] {
    switch (type.kind) {
      case "enum":
        return type.labels.length === 0 ? [] : [(n) => quoteLiteral(type.labels[(n - 1) % type.labels.length]!)];
      case "domain": {
        const hinted = hintedValues(checksOf(type.name), { type: type.type, base: baseOf(type.name) });
        return [
          ...hinted,
          ...plainValues(type.type, depth + 1).map(
            (value): SeedValue =>
              (n) =>
                `${value(n)}::${type.type}`,
          ),
        ];
      }
      case "range": {
        const [value] = plainValues(type.subtype, depth + 1);
        const bound = (n: number) => `${value?.(n) ?? "null"}::${type.subtype}`;
        return [
          (n) => `${type.name}(${bound(n)}, ${bound(n)}, '[]')`,
          () => "'empty'",
          (n) => `${type.name}(${bound(n)}, null)`,
        ];
      }
      case "composite type":
        // Each with its attributes' values of the same place: some will do together.
        return Array.from({ length: 12 }, (_, choice) => (n: number) => {
          const fields = type.attributes.map((attribute) => {
            const values = plainValues(attribute.type, depth + 1);
            return `${values[choice % values.length]?.(n) ?? "null"}::${attribute.type}`;
          });
          return `row(${fields.join(", ")})`;
        });
      case "base type":
        return anything;
      case "shell type":
        return [];
    }
  }

  function checksOf(type: string): readonly string[] {
    const known = own.get(type.replace(/(\[\])+$/, ""));
    if (known?.kind !== "domain") return [];
    const checks = checksOfDomains.filter(({ domain }) => domain === known.name).map(({ definition }) => definition);
    return [...checks, ...checksOf(known.type)];
  }

  function baseOf(type: string): string {
    const known = own.get(type);
    return known?.kind === "domain" ? baseOf(known.type) : withoutModifier(type);
  }

  function isSure(type: string): boolean {
    const known = own.get(type.replace(/(\[\])+$/, ""));
    return known === undefined
      ? builtIn[withoutModifier(type.replace(/(\[\])+$/, ""))] !== undefined
      : known.kind === "enum";
  }

  return { valuesOf, baseOf, isSure };
}

/** `timestamp(3) with time zone` is `timestamp with time zone`. */
function withoutModifier(type: string): string {
  return type.replace(/\([^()]*\)/, "").replace(/^interval .*/, "interval");
}

function unqualified(type: string): string {
  return withoutModifier(type).replace(/^.*\./, "");
}

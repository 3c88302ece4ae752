import { quoteIdentifier, quoteLiteral } from "@confiture/sql";
import { placed, tableOf } from "./find-parts.js";
import type { OtherPart, SchemaModel } from "./schema-model.js";

const extensions = ["pg_trgm", "hstore", "citext"];

/** One of a few forms of each kind; the variant chooses. */
export function renderOther(model: SchemaModel, other: OtherPart): readonly string[] {
  const name = placed(model, other);
  const own = quoteIdentifier(other.name);
  const even = other.variant % 2 === 0;
  const comment = (named: string) =>
    other.comment === undefined ? [] : [`comment on ${named} is ${quoteLiteral(other.comment)}`];
  switch (other.kind) {
    case "extension":
      return [`create extension if not exists ${extensions[other.variant % extensions.length]} schema public`];
    case "collation":
      return [`create collation ${name} (locale = '${even ? "C" : "POSIX"}')`, ...comment(`collation ${name}`)];
    case "aggregate":
      return [
        `create aggregate ${name} (integer) (sfunc = int4pl, stype = integer${even ? ", initcond = '0'" : ", parallel = safe"})`,
        ...comment(`aggregate ${name} (integer)`),
      ];
    case "text search dictionary":
      return [
        `create text search dictionary ${name} (template = simple, accept = ${even})`,
        ...comment(`text search dictionary ${name}`),
      ];
    case "text search configuration":
      return [
        `create text search configuration ${name} (parser = pg_catalog."default")`,
        `alter text search configuration ${name} add mapping for asciiword, word with ${even ? "simple" : "english_stem"}`,
        ...comment(`text search configuration ${name}`),
      ];
    case "operator": {
      const call = model.functions.find(({ id }) => id === other.about);
      return call === undefined
        ? []
        : [
            `create operator ${homeOf(model, other)}.<~${operatorName(other.id)} (rightarg = integer, function = ${placed(model, call)})`,
          ];
    }
    case "cast": {
      const type = model.types.find(({ id }) => id === other.about);
      return type === undefined
        ? []
        : [`create cast (${placed(model, type)} as text) with inout${even ? "" : " as assignment"}`];
    }
    case "publication": {
      const table = tableOf(model, other.about);
      const of = table === undefined ? "" : ` for table ${placed(model, table)}`;
      return [
        `create publication ${own}${of}${even ? "" : " with (publish = 'insert, delete')"}`,
        ...comment(`publication ${own}`),
      ];
    }
    case "default privileges": {
      return [
        `alter default privileges in schema ${homeOf(model, other)} grant ${even ? "select on tables" : "usage on sequences"} to pg_monitor`,
      ];
    }
    case "event trigger": {
      const run = `${homeOf(model, other)}.${quoteIdentifier(`${other.name}_f`)}`;
      return [
        `create function ${run}() returns event_trigger language plpgsql as $f$begin end$f$`,
        `create event trigger ${own} on ${even ? "ddl_command_end when tag in ('CREATE SCHEMA')" : "sql_drop when tag in ('DROP SCHEMA')"} execute function ${run}()`,
        ...comment(`event trigger ${own}`),
      ];
    }
    case "server":
      return [
        `create foreign data wrapper ${quoteIdentifier(`${other.name}_w`)}`,
        `create server ${own} foreign data wrapper ${quoteIdentifier(`${other.name}_w`)}${even ? "" : " options (host 'here')"}`,
      ];
  }
}

/** Another one for each number. */
function operatorName(id: number): string {
  return [...id.toString(3)].map((digit) => "~<>"[Number(digit)]).join("");
}

function homeOf(model: SchemaModel, { schema }: OtherPart): string {
  return quoteIdentifier(model.schemas.find(({ id }) => id === schema)!.name);
}

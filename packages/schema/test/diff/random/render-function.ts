import { placed, tableOf } from "./find-parts.js";
import type { FunctionPart, SchemaModel } from "./schema-model.js";

export function renderFunction(
  model: SchemaModel,
  part: FunctionPart,
): { readonly sql: string; readonly named: string } {
  const name = placed(model, part);
  const settings = settingsOf(part);
  switch (part.kind) {
    case "number": {
      const body = part.language === "sql" ? `select $1 + ${part.variant}` : `begin return $1 + ${part.variant}; end`;
      return {
        sql: `create function ${name}(integer) returns integer language ${part.language} ${part.volatility}${settings} as $f$${body}$f$`,
        named: `function ${name}(integer)`,
      };
    }
    case "trigger":
      return {
        sql: `create function ${name}() returns trigger language plpgsql${settings} as $f$begin /* ${part.variant} */ return new; end$f$`,
        named: `function ${name}()`,
      };
    case "takes type": {
      const type = placed(model, model.types.find(({ id }) => id === part.type)!);
      return {
        sql: `create function ${name}(${type}) returns ${type} language ${part.language} ${part.volatility}${settings} as $f$${
          part.language === "sql" ? "select $1" : `begin /* ${part.variant} */ return $1; end`
        }$f$`,
        named: `function ${name}(${type})`,
      };
    }
    case "procedure":
      return {
        sql: `create procedure ${name}(n integer default ${part.variant}) language plpgsql as $f$begin perform n; end$f$`,
        named: `procedure ${name}(integer)`,
      };
    case "reads table": {
      const table = placed(model, tableOf(model, part.table)!);
      return {
        sql: `create function ${name}() returns setof ${table} language sql stable${settings} as $f$select * from ${table} limit ${part.variant}$f$`,
        named: `function ${name}()`,
      };
    }
    case "atomic": {
      const table = placed(model, tableOf(model, part.table)!);
      return {
        sql: `create function ${name}() returns bigint language sql stable begin atomic; select count(*) + ${part.variant} from ${table}; end`,
        named: `function ${name}()`,
      };
    }
  }
}

function settingsOf({ settings: { definer, path, parallel, cost } }: FunctionPart): string {
  return [
    ...(definer ? ["security definer"] : []),
    ...(parallel ? ["parallel safe"] : []),
    ...(cost === undefined ? [] : [`cost ${cost}`]),
    ...(path ? ["set search_path = pg_catalog"] : []),
  ]
    .map((setting) => ` ${setting}`)
    .join("");
}

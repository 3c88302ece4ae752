import { drawWith } from "@confiture/testkit/draw";
import { dataForms } from "./ddl/data-forms.js";
import { objectForms } from "./ddl/object-forms.js";
import { randomSchema } from "./ddl/random-schema.js";
import { tableForms } from "./ddl/table-forms.js";
import { type World, writeOne } from "./ddl/world.js";

/** The statements that build one random database; always the same for the same seed and version. */
export function arbitrarySchema(seed: number, version: number): readonly string[] {
  return randomSchema(drawWith(seed), version);
}

const forms = [...tableForms, ...objectForms, ...dataForms];

/** One or, now and then, a few statements for a database, over PostgreSQL's whole DDL language and some DML. */
export function arbitraryFile(world: World): readonly string[] {
  const wanted = world.draw.percent(20) ? 2 + world.draw.int(1) : 1;
  return Array.from({ length: wanted }, () => writeOne(forms, world, undefined)).filter((text) => text !== undefined);
}

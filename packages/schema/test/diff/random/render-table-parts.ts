import { quoteIdentifier } from "@confiture/sql";
import { condition } from "./column-types.js";
import { columnName, columnOf, keysOf, placed, tableOf } from "./find-parts.js";
import { commentOn } from "./render-notes.js";
import type { SchemaModel, TablePart } from "./schema-model.js";

export function renderForeignKeys(model: SchemaModel, table: TablePart): readonly string[] {
  return table.foreignKeys.map((key) => {
    const target = tableOf(model, key.target)!;
    const referred = keysOf(target).find(({ id }) => id === key.key)!;
    const names = (of: TablePart, ids: readonly number[]) => ids.map((id) => columnName(model, of, id)).join(", ");
    return [
      `alter table ${placed(model, table)} add constraint ${quoteIdentifier(key.name)} foreign key (${names(table, key.columns)})`,
      ` references ${placed(model, target)} (${names(target, referred.columns)})${key.onDelete}${key.deferrable}`,
      key.notValid ? " not valid" : "",
    ].join("");
  });
}

export function renderTriggers(model: SchemaModel, table: TablePart): readonly string[] {
  const name = placed(model, table);
  return [
    ...table.triggers.flatMap((trigger) => {
      const events = trigger.events.map((event) =>
        event === "update" && trigger.updateOf !== undefined
          ? `update of ${columnName(model, table, trigger.updateOf)}`
          : event,
      );
      const run = placed(model, model.functions.find(({ id }) => id === trigger.function)!);
      return [
        `create trigger ${quoteIdentifier(trigger.name)} ${trigger.timing} ${events.join(" or ")} on ${name} for each ${trigger.level} execute function ${run}()`,
        ...(trigger.enabled === "enable"
          ? []
          : [`alter table ${name} ${trigger.enabled} trigger ${quoteIdentifier(trigger.name)}`]),
        ...commentOn(`trigger ${quoteIdentifier(trigger.name)} on ${name}`, trigger.comment),
      ];
    }),
    ...(table.partition?.parts ?? []).flatMap((part) =>
      part.disabledTriggers.map((id) => {
        const trigger = table.triggers.find((candidate) => candidate.id === id)!;
        return `alter table ${placed(model, { schema: table.schema, name: part.name })} disable trigger ${quoteIdentifier(trigger.name)}`;
      }),
    ),
    ...table.rules.flatMap((rule) => [
      `create rule ${quoteIdentifier(rule.name)} as on ${rule.event} to ${name} do also nothing`,
      ...commentOn(`rule ${quoteIdentifier(rule.name)} on ${name}`, rule.comment),
    ]),
  ];
}

export function renderPolicies(model: SchemaModel, table: TablePart): readonly string[] {
  return table.policies.map((policy) => {
    const column = columnOf(model, table, policy.column)!;
    const call = model.functions.find(({ id }) => id === policy.function);
    const plain = condition(model, column.type, quoteIdentifier(column.name), 3);
    const of = call === undefined ? plain : `${plain} and ${placed(model, call)}(1) > 0`;
    const kind = policy.restrictive ? " as restrictive" : "";
    const clause = policy.command === "insert" ? `with check (${of})` : `using (${of})`;
    return `create policy ${quoteIdentifier(policy.name)} on ${placed(model, table)}${kind} for ${policy.command} to ${policy.role} ${clause}`;
  });
}

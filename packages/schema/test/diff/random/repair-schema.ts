import { groupOf, isOrdered, isWholeNumber, sameType, typeOfExpression } from "./column-types.js";
import { allColumns, baseOf, columnOf, keysOf, tableOf } from "./find-parts.js";
import type { CheckPart, ColumnPart, IndexPart, SchemaModel, TablePart, ViewPart } from "./schema-model.js";

/** Takes away and puts right what cannot be any more, until everything can. */
export function repairSchema(model: SchemaModel): SchemaModel {
  for (let before = ""; before !== JSON.stringify(model); ) {
    before = JSON.stringify(model);
    repairOnce(model);
  }
  return model;
}

function repairOnce(model: SchemaModel): void {
  const home = model.schemas[0]!.id;
  for (const part of [
    ...model.types,
    ...model.sequences,
    ...model.functions,
    ...model.tables,
    ...model.views,
    ...model.others,
  ])
    if (!model.schemas.some(({ id }) => id === part.schema)) part.schema = home;
  model.tables = model.tables.filter((table) => canBe(model, table));
  for (const table of model.tables) repairTable(model, table);
  for (const sequence of model.sequences) {
    const { ownedBy } = sequence;
    const owner = tableOf(model, ownedBy?.table);
    if (
      ownedBy !== undefined &&
      (owner === undefined ||
        owner.schema !== sequence.schema ||
        !owner.columns.some(({ id }) => id === ownedBy.column))
    )
      sequence.ownedBy = undefined;
  }
  model.functions = model.functions.filter(
    ({ kind, table, type }) =>
      (table === undefined || tableOf(model, table) !== undefined) &&
      (kind !== "takes type" || model.types.some((own) => own.id === type)),
  );
  repairViews(model);
  repairOthers(model);
}

function canBe(model: SchemaModel, table: TablePart): boolean {
  if (table.kind === "foreign" && !model.others.some(({ kind }) => kind === "server")) return false;
  return table.ofType === undefined || model.types.some(({ id, kind }) => id === table.ofType && kind === "composite");
}

function repairTable(model: SchemaModel, table: TablePart): void {
  if (table.parent !== undefined && tableOf(model, table.parent)?.partition !== undefined) table.parent = undefined;
  if (tableOf(model, table.parent) === undefined) table.parent = undefined;
  if (table.ofType !== undefined || table.kind === "foreign") {
    Object.assign(table, {
      primaryKey: undefined,
      uniques: [],
      excludes: [],
      foreignKeys: [],
      indexes: [],
      triggers: [],
      policies: [],
    });
    Object.assign(table, {
      rules: [],
      statistics: [],
      partition: undefined,
      parent: undefined,
      unlogged: false,
      rowSecurity: false,
      forceRowSecurity: false,
    });
    table.replicaIdentity = "default";
    table.checks = table.checks.filter(
      ({ notValid, notEnforced }) => table.kind === "foreign" && !notValid && !notEnforced,
    );
    if (table.kind === "foreign") table.options = {};
  }
  if (table.ofType !== undefined) table.columns = [];
  for (const column of table.columns) repairColumn(model, table, column);
  table.columns = table.columns.filter(
    ({ type }) => type.type === undefined || model.types.some(({ id }) => id === type.type),
  );
  if (
    table.partition !== undefined &&
    !table.columns.some(
      ({ id, type, identity }) => id === table.partition!.column && isWholeNumber(type) && identity === undefined,
    )
  )
    table.partition = undefined;
  if (table.partition !== undefined)
    Object.assign(table, { unlogged: false, options: {}, excludes: [], parent: undefined });
  if (table.partition !== undefined && table.replicaIdentity !== "default") table.replicaIdentity = "default";
  repairKeys(model, table);
  table.checks = table.checks.filter((check) => checkCanBe(model, table, check));
  if (table.partition !== undefined) for (const check of table.checks) check.noInherit = false;
  for (const check of table.checks) if (check.notEnforced) check.notValid = false;
  table.excludes = table.excludes.filter(({ column }) => {
    const own = columnOf(model, table, column);
    return (
      own !== undefined &&
      own.generated?.virtual !== true &&
      (isWholeNumber(own.type) || own.type.builtIn?.endsWith("range") === true) &&
      !own.type.array
    );
  });
  table.indexes = table.indexes.flatMap((index) => repairIndex(model, table, index));
  table.triggers = table.triggers.filter((trigger) =>
    model.functions.some(({ id, kind }) => id === trigger.function && kind === "trigger"),
  );
  for (const trigger of table.triggers)
    if (trigger.updateOf !== undefined && columnOf(model, table, trigger.updateOf) === undefined)
      trigger.updateOf = undefined;
  if (table.partition !== undefined)
    for (const trigger of table.triggers) if (trigger.level === "statement") trigger.enabled = "enable";
  table.policies = table.policies.filter(({ column }) => columnOf(model, table, column) !== undefined);
  for (const policy of table.policies)
    if (!model.functions.some(({ id, kind }) => id === policy.function && kind === "number"))
      policy.function = undefined;
  table.statistics = table.statistics.filter(({ columns }) =>
    columns.every((id) => {
      const column = columnOf(model, table, id);
      return column !== undefined && isOrdered(model, column.type) && column.generated?.virtual !== true;
    }),
  );
  for (const part of table.partition?.parts ?? []) repairPart(model, table, part);
}

function repairColumn(model: SchemaModel, table: TablePart, column: ColumnPart): void {
  const group =
    model.types.some(({ id }) => id === column.type.type) || column.type.builtIn !== undefined
      ? groupOf(model, column.type)
      : undefined;
  const domain = model.types.find(({ id }) => id === column.type.type);
  if (column.generated !== undefined) {
    const source = table.columns.find(({ id }) => id === column.generated!.from);
    const type =
      source === undefined || source.generated !== undefined ? undefined : typeOfExpression(model, source.type);
    if (type === undefined || table.kind === "foreign") column.generated = undefined;
    else column.type = type;
    if (column.generated?.virtual === true && domain !== undefined) column.generated.virtual = false;
  }
  if (column.generated !== undefined) Object.assign(column, { default: undefined, identity: undefined });
  // Virtual columns may be of types of the server's alone, and of such are computed.
  if (column.generated?.virtual === true) {
    const source = table.columns.find(({ id }) => id === column.generated!.from);
    if (source?.type.type !== undefined) column.generated.virtual = false;
    if (column.generated.virtual)
      Object.assign(column, { notNull: false, statistics: undefined, storage: undefined, compression: undefined });
  }
  if (column.identity !== undefined) {
    if (
      !isWholeNumber(column.type) ||
      table.kind === "foreign" ||
      (table.partition !== undefined && model.version < 17)
    )
      column.identity = undefined;
    else Object.assign(column, { default: undefined, notNull: true });
  }
  if (
    column.default?.kind === "sequence" &&
    (!isWholeNumber(column.type) || !model.sequences.some(({ id }) => id === (column.default as { id: number }).id))
  )
    column.default = undefined;
  if (
    column.default?.kind === "function" &&
    (!isWholeNumber(column.type) ||
      !model.functions.some(({ id, kind }) => id === (column.default as { id: number }).id && kind === "number"))
  )
    column.default = undefined;
  if (column.default?.kind === "literal" && group === "composite") column.default = undefined;
  const isText = group === "text" && !column.type.array;
  if (!isText) Object.assign(column, { collation: undefined });
  if (!(isText && column.type.builtIn !== undefined))
    Object.assign(column, { storage: undefined, compression: undefined });
  if (table.kind === "foreign") Object.assign(column, { storage: undefined, compression: undefined });
}

function repairKeys(model: SchemaModel, table: TablePart): void {
  const fits = (ids: readonly number[]) =>
    ids.length > 0 &&
    new Set(ids).size === ids.length &&
    ids.every((id) => {
      const column = columnOf(model, table, id);
      return column !== undefined && isOrdered(model, column.type) && column.generated?.virtual !== true;
    }) &&
    (table.partition === undefined || ids.includes(table.partition.column));
  if (table.primaryKey !== undefined && !fits(table.primaryKey.columns)) table.primaryKey = undefined;
  for (const id of table.primaryKey?.columns ?? []) {
    const column = columnOf(model, table, id);
    if (column !== undefined) column.notNull = true;
  }
  table.uniques = table.uniques.filter(({ columns }) => fits(columns));
  for (const key of table.uniques) if (model.version < 15) key.nullsNotDistinct = false;
  if (table.partition !== undefined) for (const key of keysOf(table)) key.deferrable = false;
  table.foreignKeys = table.foreignKeys.filter((key) => {
    const target = tableOf(model, key.target);
    const referred = target && keysOf(target).find(({ id }) => id === key.key);
    if (target === undefined || referred === undefined || referred.deferrable || referred.nullsNotDistinct)
      return false;
    if (target.unlogged && !table.unlogged) return false;
    return (
      referred.columns.length === key.columns.length &&
      new Set(key.columns).size === key.columns.length &&
      key.columns.every((id, place) => {
        const [own, other] = [columnOf(model, table, id), columnOf(model, target, referred.columns[place]!)];
        return (
          own !== undefined &&
          other !== undefined &&
          own.generated === undefined &&
          // PostgreSQL finds no operator between arrays of some types.
          !own.type.array &&
          (sameType(own.type, other.type) || (isWholeNumber(own.type) && isWholeNumber(other.type))) &&
          own.collation === other.collation
        );
      })
    );
  });
  // PostgreSQL takes no key of a partitioned table that is not checked.
  for (const key of table.foreignKeys) if (table.partition !== undefined) key.notValid = false;
}

function checkCanBe(model: SchemaModel, table: TablePart, check: CheckPart): boolean {
  const column = columnOf(model, table, check.column);
  // A virtual column has no place in a check of its own kind everywhere; the others always have.
  return column !== undefined && column.generated?.virtual !== true;
}

function repairIndex(model: SchemaModel, table: TablePart, index: IndexPart): IndexPart[] {
  const usable = (id: number | undefined) => {
    const column = id === undefined ? undefined : columnOf(model, table, id);
    return column !== undefined && isOrdered(model, column.type) && column.generated?.virtual !== true
      ? column
      : undefined;
  };
  index.columns = index.columns.filter(({ column }) => usable(column) !== undefined);
  if (index.columns.length === 0) return [];
  for (const part of index.columns)
    if (typeOfExpression(model, usable(part.column)!.type) === undefined) part.expression = false;
  index.include = index.include.filter(
    (id) => usable(id) !== undefined && !index.columns.some(({ column }) => column === id),
  );
  if (index.where !== undefined && usable(index.where) === undefined) index.where = undefined;
  const hasBrin = index.columns.every(
    ({ column, expression }) =>
      !expression &&
      (isWholeNumber(usable(column)!.type) || (usable(column)!.type.builtIn === "date" && !usable(column)!.type.array)),
  );
  if (index.method === "hash")
    Object.assign(index, {
      columns: index.columns.slice(0, 1).map((part) => ({ ...part, descending: false })),
      include: [],
      unique: false,
      clustered: false,
    });
  if (index.method === "brin" && !hasBrin) index.method = "btree";
  if (index.method === "brin") {
    Object.assign(index, { include: [], unique: false, clustered: false, fillfactor: undefined });
    for (const part of index.columns) part.descending = false;
  }
  if (index.where !== undefined || table.partition !== undefined) index.clustered = false;
  const seen = new Set<number>();
  index.columns = index.columns.filter(({ column }) => !seen.has(column) && seen.add(column));
  if (
    table.partition !== undefined &&
    !index.columns.some(({ column, expression }) => column === table.partition!.column && !expression)
  )
    index.unique = false;
  if (table.partition !== undefined && index.columns.some(({ expression }) => expression)) index.unique = false;
  if (index.clustered && table.indexes.find(({ clustered }) => clustered) !== index) index.clustered = false;
  return [index];
}

function repairPart(
  model: SchemaModel,
  table: TablePart,
  part: NonNullable<TablePart["partition"]>["parts"][number],
): void {
  const plain = (id: number) => {
    const column = columnOf(model, table, id);
    return column !== undefined && column.generated === undefined && column.identity === undefined ? column : undefined;
  };
  const once = new Set<number>();
  part.defaults = part.defaults.filter(({ column }) => {
    const own = plain(column);
    return own !== undefined && groupOf(model, own.type) !== "composite" && !once.has(column) && once.add(column);
  });
  part.notNull = [...new Set(part.notNull)].filter((id) => plain(id)?.notNull === false);
  part.checks = part.checks.filter((check) => checkCanBe(model, table, check));
  for (const check of part.checks) {
    if (part.parts > 0) check.noInherit = false;
    if (check.notEnforced) check.notValid = false;
  }
  part.indexes = part.indexes.flatMap((index) =>
    repairIndex(
      model,
      { ...table, partition: part.parts > 0 ? table.partition : undefined, indexes: part.indexes },
      index,
    ),
  );
  part.disabledTriggers = [...new Set(part.disabledTriggers)].filter((id) =>
    table.triggers.some((trigger) => trigger.id === id && trigger.level === "row" && trigger.enabled === "enable"),
  );
  // A trigger is switched at one partition; what is below has its own.
  if (part.parts > 0) Object.assign(part, { disabledTriggers: [], notNull: [], fillfactor: undefined });
}

function repairViews(model: SchemaModel): void {
  const usable: ViewPart[] = [];
  for (const view of model.views) {
    const below = usable.find(({ id }) => id === view.from);
    const base = below === undefined ? tableOf(model, view.from) : baseOf(model, below);
    if (base === undefined || base.ofType !== undefined) continue;
    const there = below?.columns ?? allColumns(model, base).map(({ id }) => id);
    view.columns = view.columns.filter((id) => there.includes(id));
    if (view.columns.length === 0) continue;
    if (view.where !== undefined && !there.includes(view.where)) view.where = undefined;
    if (view.join !== undefined && (tableOf(model, view.join)?.columns.length ?? 0) === 0) view.join = undefined;
    if (view.grouped && !view.columns.every((id) => isOrdered(model, columnOf(model, base, id)!.type)))
      view.grouped = false;
    if (
      view.grouped ||
      view.join !== undefined ||
      view.materialized ||
      below?.grouped === true ||
      below?.materialized === true ||
      below?.join !== undefined
    )
      view.checkOption = false;
    if (!isSimple(model, view)) view.checkOption = false;
    if (!view.materialized) view.indexes = [];
    view.indexes = view.indexes.filter(({ columns }) =>
      columns.every(
        ({ column }) => view.columns.includes(column) && isOrdered(model, columnOf(model, base, column)!.type),
      ),
    );
    usable.push(view);
  }
  model.views = usable;
}

/** Rows can be changed through it. */
function isSimple(model: SchemaModel, view: ViewPart): boolean {
  if (view.materialized || view.grouped || view.join !== undefined) return false;
  const below = model.views.find(({ id }) => id === view.from);
  return below === undefined || isSimple(model, below);
}

function repairOthers(model: SchemaModel): void {
  const seen = new Set<string>();
  model.others = model.others.filter(({ kind, about, variant, schema }) => {
    const key =
      kind === "extension"
        ? `extension ${variant % 3}`
        : kind === "default privileges"
          ? `privileges ${schema}`
          : kind === "cast"
            ? `cast ${about}`
            : undefined;
    if (key !== undefined && seen.has(key)) return false;
    if (key !== undefined) seen.add(key);
    if (kind === "operator") return model.functions.some(({ id, kind: of }) => id === about && of === "number");
    if (kind === "cast") return model.types.some(({ id, kind: of }) => id === about && of === "composite");
    if (kind !== "publication" || about === undefined) return true;
    const table = tableOf(model, about);
    const children = model.tables.filter(({ parent }) => parent === about);
    return table !== undefined && table.kind === "table" && ![table, ...children].some(({ unlogged }) => unlogged);
  });
}

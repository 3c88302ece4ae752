import type { Catalog, CatalogCast, CatalogCompositeType, CatalogConstraint, CatalogOperator } from "@confiture/model";
import type { Grammar } from "../../parse/parse-statement.js";
import { isFields } from "../../parse/parse-tree.js";
import { resolveType } from "../column-types/type-name.js";
import { readForeignKey } from "./foreign-key.js";
import { newRelation, Picture, type UserFunction } from "./picture.js";
import type { Constraint, Relation, RelationKind, RowEvent } from "./relation.js";
import { respell, splitName, withoutArguments } from "./spelled-name.js";

/** The picture before the first statement. Definitions that need the grammar are read when somebody asks, but for foreign keys. */
export function pictureOfCatalog(
  catalog: Catalog,
  grammar: Grammar,
  options: { readonly version: number; readonly searchPath: readonly string[]; readonly timeZone?: string },
): Picture {
  const picture = new Picture(true, options.version, options);
  addRelations(picture, catalog);
  addColumns(picture, catalog);
  addInheritance(picture, catalog);
  addIndexes(picture, catalog);
  for (const one of catalog.constraints) addConstraint(picture, one, grammar);
  for (const [name, relation] of picture.relations) picture.namesAtFirst.set(name, relation);
  addParts(picture, catalog);
  addTypes(picture, catalog);
  addRoutines(picture, catalog);
  for (const one of catalog.operators) addOperator(picture, one);
  for (const one of catalog.casts) addCast(picture, one, grammar);
  for (const { name, wrapper } of catalog.foreignServers) picture.servers.set(respell(name), respell(wrapper));
  for (const { name: spelled, event, tags, function: called, enabled } of catalog.eventTriggers) {
    const name = respell(spelled);
    const isEnabled = enabled !== "disabled";
    picture.eventTriggers.set(name, { name, event, tags, function: respell(withoutArguments(called)), isEnabled });
  }
  for (const publication of catalog.publications) {
    const tables = publication.tables.flatMap(({ table }) => picture.relations.get(respell(table)) ?? []);
    picture.publications.set(respell(publication.name), new Set(tables));
  }
  return picture;
}

function addRelations(picture: Picture, catalog: Catalog): void {
  const add = (name: string, kind: RelationKind, owner: string): Relation => {
    const { schema, bare } = splitName(name);
    const relation = newRelation(schema, bare, kind);
    relation.owner = owner;
    return picture.add(relation);
  };
  for (const table of catalog.tables) {
    const relation = add(table.name, table.partitionKey === undefined ? "table" : "partitioned table", table.owner);
    relation.persistence = table.persistence;
    if (table.accessMethod !== undefined) relation.accessMethod = table.accessMethod;
    if (table.tablespace !== undefined) relation.tablespace = table.tablespace;
    if (table.partitionKey !== undefined) relation.partitionKey = table.partitionKey;
    if (table.ofType !== undefined) relation.ofType = respell(table.ofType);
  }
  for (const table of catalog.foreignTables)
    add(table.name, "foreign table", table.owner).server = respell(table.server);
  for (const view of catalog.views) add(view.name, "view", view.owner).definition = view.definition;
  for (const view of catalog.materializedViews) {
    const relation = add(view.name, "materialized view", view.owner);
    relation.definition = view.definition;
    relation.accessMethod = view.accessMethod;
    if (view.tablespace !== undefined) relation.tablespace = view.tablespace;
  }
  for (const view of [...catalog.views, ...catalog.materializedViews]) {
    const relation = picture.relations.get(respell(view.name));
    for (const { column, type } of view.columns) {
      relation?.columns.set(respell(column), { name: respell(column), type, notNull: false, inherited: false });
    }
  }
  for (const { name, owner, persistence } of catalog.sequences) add(name, "sequence", owner).persistence = persistence;
}

function addColumns(picture: Picture, catalog: Catalog): void {
  for (const one of catalog.columns) {
    const relation = picture.relations.get(respell(one.table));
    if (relation === undefined) continue;
    const name = respell(one.column);
    relation.columns.set(name, {
      name,
      type: one.type,
      notNull: one.notNull,
      inherited: one.inheritance === "inherited",
      ...(one.default === undefined ? {} : { default: one.default }),
      ...(one.generated === undefined ? {} : { generated: { ...one.generated } }),
      ...(one.collation === undefined ? {} : { collation: one.collation }),
    });
    if (one.identity !== undefined) addIdentity(picture, relation, name, one.identity.sequence);
  }
  for (const { name, ownedBy } of catalog.sequences) {
    if (ownedBy === undefined) continue;
    const { schema: table, bare: column } = splitName(ownedBy);
    const [relation, sequence] = [picture.relations.get(table), picture.relations.get(respell(name))];
    if (relation !== undefined && sequence !== undefined) picture.own(sequence, relation, column);
  }
}

function addIdentity(picture: Picture, relation: Relation, column: string, sequenceName: string): void {
  const { schema, bare } = splitName(sequenceName);
  const sequence = picture.relations.get(respell(sequenceName)) ?? picture.add(newRelation(schema, bare, "sequence"));
  sequence.isIdentity = true;
  if (relation.owner !== undefined) sequence.owner = relation.owner;
  picture.own(sequence, relation, column);
  const owner = relation.columns.get(column);
  if (owner !== undefined) owner.identity = sequence;
}

function addInheritance(picture: Picture, catalog: Catalog): void {
  for (const table of [...catalog.tables, ...catalog.foreignTables]) {
    const relation = picture.relations.get(respell(table.name))!;
    for (const parent of table.inherits) link(relation, picture.relations.get(respell(parent)));
    if (table.partition === undefined) continue;
    const of = picture.relations.get(respell(table.partition.of));
    if (of === undefined) continue;
    link(relation, of);
    const { bound } = table.partition;
    relation.partition = { of, bound, isDefault: bound === "DEFAULT" };
  }
}

function link(child: Relation, parent: Relation | undefined): void {
  if (parent === undefined) return;
  child.parents.add(parent);
  parent.children.add(child);
}

function addIndexes(picture: Picture, catalog: Catalog): void {
  for (const one of catalog.indexes) {
    const table = picture.relations.get(respell(one.table));
    if (table === undefined) continue;
    const { schema, bare } = splitName(one.name);
    picture.addIndex({
      schema,
      bare,
      table,
      definition: one.definition,
      unique: one.unique,
      valid: one.valid,
      clustered: one.clustered,
      bornHere: false,
    });
  }
  for (const one of catalog.indexes) {
    const parent = one.parent === undefined ? undefined : picture.indexes.get(respell(one.parent));
    const index = picture.indexes.get(respell(one.name));
    if (parent !== undefined && index !== undefined) index.parent = parent;
  }
}

function addConstraint(picture: Picture, one: CatalogConstraint, grammar: Grammar): void {
  if (one.domain !== undefined || one.table === undefined) return;
  const relation = picture.relations.get(respell(one.table));
  if (relation === undefined) return;
  const index = one.index === undefined ? undefined : picture.indexes.get(respell(one.index));
  const references = one.references === undefined ? undefined : picture.relations.get(respell(one.references));
  const constraint: Constraint = {
    name: respell(one.constraint),
    kind: one.kind,
    definition: one.definition,
    columns: one.columns.map(respell),
    validated: one.validated,
    enforced: one.enforced,
    noInherit: / NO INHERIT\b/.test(one.definition) || !["check", "not null"].includes(one.kind),
    inherited: one.inheritance !== undefined,
    fromParent: one.parent !== undefined,
    ...(references === undefined ? {} : { references }),
    ...(one.kind === "foreign key" ? readForeignKey(one.definition, grammar) : {}),
  };
  // A foreign key names the index of the table it refers to, which is not its own.
  if (index !== undefined && one.kind !== "foreign key") {
    constraint.index = index;
    index.constraint = constraint;
  }
  picture.addConstraint(relation, constraint);
}

function addParts(picture: Picture, catalog: Catalog): void {
  const on = (table: string) => picture.relations.get(respell(table));
  for (const one of catalog.triggers) {
    const name = respell(one.trigger);
    const fromParent = one.parent !== undefined;
    on(one.table)?.triggers.set(name, {
      name,
      definition: one.definition,
      ...firingOf(one.definition),
      function: one.function,
      fromParent,
    });
  }
  for (const one of catalog.policies) {
    const name = respell(one.policy);
    const text = [one.using, one.check].flatMap((part) => (part === undefined ? [] : [`(${part})`])).join(" and ");
    on(one.table)?.policies.set(name, { name, ...(text === "" ? {} : { text }) });
  }
  for (const one of catalog.rules) {
    const name = respell(one.name.slice(0, -` on ${one.table}`.length));
    on(one.table)?.rules.set(name, { name, text: one.definition });
  }
  for (const one of catalog.statistics) {
    on(one.table)?.statistics.set(respell(one.name), { name: respell(one.name), text: one.definition });
  }
}

/** pg_get_triggerdef writes everything in one way. */
function firingOf(definition: string): { readonly events: ReadonlySet<RowEvent>; readonly isForRow: boolean } {
  const head = definition.slice(0, definition.search(/ ON /));
  const events = (["insert", "update", "delete", "truncate"] as const).filter((event) =>
    head.includes(` ${event.toUpperCase()}`),
  );
  return { events: new Set(events), isForRow: definition.includes(" FOR EACH ROW ") };
}

function addTypes(picture: Picture, catalog: Catalog): void {
  for (const type of catalog.types) {
    picture.types.set(respell(type.name), {
      kind: type.kind,
      notNull: type.kind === "domain" && type.notNull,
      checks: new Map(),
      owner: type.owner,
      ...(type.kind === "domain" ? { baseType: type.type } : {}),
      ...(type.kind === "range" ? { subtype: type.subtype } : {}),
      ...(type.kind === "composite type" ? { attributes: attributesOf(type) } : {}),
      ...(type.kind === "domain" && type.default !== undefined ? { default: type.default } : {}),
    });
  }
  for (const one of catalog.constraints) {
    const domain = one.domain === undefined ? undefined : picture.types.get(respell(one.domain));
    if (one.kind === "check") domain?.checks.set(respell(one.constraint), one.validated);
  }
}

function attributesOf({ attributes }: CatalogCompositeType): Map<string, string> {
  return new Map(attributes.map(({ attribute, type }) => [respell(attribute), type]));
}

function addRoutines(picture: Picture, catalog: Catalog): void {
  for (const { name: signature, definition, language, owner } of catalog.functions) {
    const name = respell(withoutArguments(signature));
    addFunction(picture, { name, signature, definition, volatility: readVolatility(definition), language, owner });
  }
  for (const { name: signature, owner, settings } of catalog.aggregates) {
    const name = respell(withoutArguments(signature));
    const calls = Object.entries(settings).flatMap(([setting, called]) => (/func$/.test(setting) ? called : []));
    // In an expression for one row an aggregate cannot stand at all.
    addFunction(picture, { name, signature, definition: "", volatility: "stable", language: "internal", calls, owner });
  }
}

function addOperator(picture: Picture, { name, schema: spelled, function: called }: CatalogOperator): void {
  const schema = respell(spelled);
  const characters = withoutArguments(name).slice(spelled.length + 1);
  const namesakes = picture.operators.get(characters) ?? [];
  picture.operators.set(characters, [...namesakes, { schema, function: respell(called) }]);
}

function addCast(picture: Picture, cast: CatalogCast, grammar: Grammar): void {
  const { fields } = grammar.statements(`create cast ${cast.name} without function`)?.[0] ?? {};
  if (!isFields(fields?.sourcetype) || !isFields(fields.targettype)) return;
  picture.casts.push({
    source: resolveType(fields.sourcetype, picture).name,
    target: resolveType(fields.targettype, picture).name,
    method: cast.method,
    isImplicit: cast.context === "implicit",
    ...(cast.function === undefined ? {} : { function: respell(withoutArguments(cast.function)) }),
  });
}

export function addFunction(picture: Picture, made: UserFunction): void {
  const namesakes = picture.functions.get(made.name) ?? [];
  picture.functions.set(made.name, [...namesakes.filter(({ signature }) => signature !== made.signature), made]);
}

/** pg_get_functiondef puts the attributes in front of the body, which begins a line. Nothing said is VOLATILE. */
function readVolatility(definition: string): UserFunction["volatility"] {
  const body = definition.search(/^(AS |BEGIN ATOMIC|RETURN )/m);
  const attributes = definition
    .slice(0, body === -1 ? undefined : body)
    .split("\n")
    .slice(1)
    .join("\n");
  if (/\bIMMUTABLE\b/.test(attributes)) return "immutable";
  return /\bSTABLE\b/.test(attributes) ? "stable" : "volatile";
}

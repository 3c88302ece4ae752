import type {
  CatalogForeignDataWrapper,
  CatalogForeignServer,
  CatalogUserMapping,
  ForeignOptions,
} from "@confiture/model";
import { quoteLiteral } from "@confiture/sql";
import { changedOptionsClause, noteOnSecrets, optionsClause } from "./foreign-options.js";
import type { KindRules } from "./kind-rules.js";

/** How to reach data elsewhere. Secrets are in no catalog, and what is made without them says so. */
export const foreignAccessRules = {
  foreignDataWrappers: {
    named: wrapperNamed,
    create: (entry) => [
      noteOnSecrets(wrapperNamed(entry), entry) +
        `create ${wrapperNamed(entry)}${functionClause("handler", entry)}${functionClause("validator", entry)}${optionsClause(entry)}`,
    ],
    alter(before, after) {
      const changes =
        changedFunctionClause("handler", before, after) +
        changedFunctionClause("validator", before, after) +
        changedOptionsClause(wrapperNamed(after), before, after);
      return changes === "" ? [] : [`alter ${wrapperNamed(after)}${changes}`];
    },
  },
  foreignServers: {
    named: serverNamed,
    create: (entry) => [
      noteOnSecrets(serverNamed(entry), entry) +
        `create server ${entry.name}${textClause("type", entry.type)}${textClause("version", entry.version)}` +
        ` foreign data wrapper ${entry.wrapper}${optionsClause(entry)}`,
    ],
    alter(before, after) {
      if (before.wrapper !== after.wrapper || before.type !== after.type) return "replace";
      const version =
        before.version === after.version
          ? ""
          : after.version === undefined
            ? " version null"
            : textClause("version", after.version);
      const changes = version + changedOptionsClause(serverNamed(after), before, after);
      return changes === "" ? [] : [`alter ${serverNamed(after)}${changes}`];
    },
  },
  userMappings: {
    named: mappingNamed,
    create: (entry) => [
      `-- Credentials are not in a catalog. To be run by hand: alter ${mappingNamed(entry)} options (add ...)\n` +
        `create ${mappingNamed(entry)}${optionsClause(withoutSecrets(entry))}`,
    ],
    alter(before, after) {
      if (before.options === undefined || after.options === undefined) return [];
      const changes = changedOptionsClause(mappingNamed(after), withoutSecrets(before), withoutSecrets(after));
      return changes === "" ? [] : [`alter ${mappingNamed(after)}${changes}`];
    },
  },
} satisfies { [Kind in "foreignDataWrappers" | "foreignServers" | "userMappings"]: KindRules<Kind> };

function mappingNamed({ role, server }: CatalogUserMapping): string {
  return `user mapping for ${role} server ${server}`;
}

/** Nobody asks which credentials there are: as a rule they are there where a schema was applied, and not in its files. */
function withoutSecrets({ options = [] }: CatalogUserMapping): ForeignOptions {
  return { options, maskedOptions: [] };
}

function wrapperNamed({ name }: CatalogForeignDataWrapper): string {
  return `foreign data wrapper ${name}`;
}

function serverNamed({ name }: CatalogForeignServer): string {
  return `server ${name}`;
}

function functionClause(role: "handler" | "validator", entry: CatalogForeignDataWrapper): string {
  return entry[role] === undefined ? "" : ` ${role} ${entry[role]}`;
}

function changedFunctionClause(
  role: "handler" | "validator",
  before: CatalogForeignDataWrapper,
  after: CatalogForeignDataWrapper,
): string {
  if (before[role] === after[role]) return "";
  return after[role] === undefined ? ` no ${role}` : functionClause(role, after);
}

function textClause(word: "type" | "version", text: string | undefined): string {
  return text === undefined ? "" : ` ${word} ${quoteLiteral(text)}`;
}

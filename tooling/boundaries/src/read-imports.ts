import { isSyntaxNode, lineAt, type SyntaxNode, walkSyntax } from "./walk-syntax.js";

/** One place where a file names another module. */
export interface ImportSite {
  /** Undefined when it is computed at run time, and so cannot be checked. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** Gone after compilation: `import type`, `import { type A }`, `export type … from`, `import("x").T`. */
  readonly typeOnly: boolean;
  /** Runs only when it is reached. */
  readonly dynamic: boolean;
}

/** Every import, re-export, dynamic import, import type and require of a TypeScript file. */
export function readImports(text: string, file: string): readonly ImportSite[] {
  const sites: ImportSite[] = [];
  const loaders = new Set(["require"]);
  walkSyntax(text, file, (node) => {
    if (node.type === "VariableDeclarator" && isCreateRequire(node.init)) loaders.add(String(nameOf(node.id)));
  });
  walkSyntax(text, file, (node) => {
    const found = importOf(node, loaders);
    if (found !== undefined) sites.push({ ...found, line: lineAt(text, node.start) });
  });
  return sites;
}

function importOf(node: SyntaxNode, loaders: ReadonlySet<string>): Omit<ImportSite, "line"> | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return {
        specifier: textOf(node.source),
        typeOnly: node.importKind === "type" || allTypes(node.specifiers, "importKind"),
        dynamic: false,
      };
    case "ExportNamedDeclaration":
      if (node.source === null) return undefined;
      return {
        specifier: textOf(node.source),
        typeOnly: node.exportKind === "type" || allTypes(node.specifiers, "exportKind"),
        dynamic: false,
      };
    case "ExportAllDeclaration":
      return { specifier: textOf(node.source), typeOnly: node.exportKind === "type", dynamic: false };
    case "ImportExpression":
      return { specifier: textOf(node.source), typeOnly: false, dynamic: true };
    case "TSImportType":
      return { specifier: textOf(node.source), typeOnly: true, dynamic: false };
    case "TSExternalModuleReference":
      return { specifier: textOf(node.expression), typeOnly: false, dynamic: false };
    case "CallExpression":
      return isLoader(node.callee, loaders)
        ? { specifier: textOf(first(node.arguments)), typeOnly: false, dynamic: true }
        : undefined;
    default:
      return undefined;
  }
}

function allTypes(specifiers: unknown, kind: string): boolean {
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every((specifier) => isSyntaxNode(specifier) && specifier[kind] === "type");
}

/** `require(…)`, `createRequire(…)(…)` or what it was assigned to, `require.resolve(…)` and `import.meta.resolve(…)`. */
function isLoader(callee: unknown, loaders: ReadonlySet<string>): boolean {
  if (!isSyntaxNode(callee)) return false;
  if (callee.type === "Identifier") return loaders.has(String(callee.name));
  if (callee.type !== "MemberExpression") return isCreateRequire(callee);
  if (nameOf(callee.property) !== "resolve") return false;
  return isLoader(callee.object, loaders) || (isSyntaxNode(callee.object) && callee.object.type === "MetaProperty");
}

function isCreateRequire(node: unknown): boolean {
  return isSyntaxNode(node) && node.type === "CallExpression" && nameOf(node.callee) === "createRequire";
}

function nameOf(node: unknown): unknown {
  return isSyntaxNode(node) ? node.name : undefined;
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

/** A string literal, or a template without holes. */
function textOf(node: unknown): string | undefined {
  if (!isSyntaxNode(node)) return undefined;
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type !== "TemplateLiteral") return undefined;
  const quasis = node.quasis as readonly { value: { cooked: string } }[];
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined;
}

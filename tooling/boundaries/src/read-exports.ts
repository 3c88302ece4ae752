import { isSyntaxNode, type SyntaxNode, walkSyntax } from "./walk-syntax.js";

/** The names a front door lists, as `value name` or `type Name`, sorted. Throws for `export *`: it hides names. */
export function readExports(text: string, file: string): readonly string[] {
  const names: string[] = [];
  walkSyntax(text, file, (node) => {
    if (node.type === "ExportAllDeclaration") throw new Error(`${file} has export *, which names nothing`);
    if (node.type === "ExportNamedDeclaration") names.push(...listed(node), ...declared(node));
  });
  return names.sort();
}

function listed(node: SyntaxNode): readonly string[] {
  const specifiers = (node.specifiers as readonly SyntaxNode[]) ?? [];
  return specifiers.map((specifier) => {
    const isType = node.exportKind === "type" || specifier.exportKind === "type";
    return `${isType ? "type" : "value"} ${nameOf(specifier.exported)}`;
  });
}

function declared(node: SyntaxNode): readonly string[] {
  const { declaration } = node;
  if (!isSyntaxNode(declaration)) return [];
  if (["TSInterfaceDeclaration", "TSTypeAliasDeclaration"].includes(declaration.type))
    return [`type ${nameOf(declaration.id)}`];
  if (declaration.type !== "VariableDeclaration") return [`value ${nameOf(declaration.id)}`];
  return (declaration.declarations as readonly SyntaxNode[]).map(({ id }) => `value ${nameOf(id)}`);
}

function nameOf(node: unknown): string {
  if (isSyntaxNode(node) && typeof node.name === "string") return node.name;
  if (isSyntaxNode(node) && typeof node.value === "string") return node.value;
  throw new Error("an export without a plain name");
}

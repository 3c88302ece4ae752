import { isSyntaxNode, lineAt, type SyntaxNode, walkSyntax } from "./walk-syntax.js";

/** One place where a source file names an error code. */
export interface ErrorCodeSite {
  readonly code: string;
  readonly line: number;
  /** `raises`: the code becomes an error's code. `asks`: an error's code is compared with it. */
  readonly use: "raises" | "asks";
}

/**
 * The codes a file names: the first argument of `new ConfitureError(…)`, literal or chosen by `?:` and `??`, and every
 * other string that is a known code. Strings that are compared, or listed to be searched, only ask.
 */
export function readErrorCodes(text: string, file: string, known: ReadonlySet<string>): readonly ErrorCodeSite[] {
  const sites: ErrorCodeSite[] = [];
  const add = (node: SyntaxNode, code: string, use: ErrorCodeSite["use"]) =>
    sites.push({ code, line: lineAt(text, node.start), use });
  const raised = new Set<SyntaxNode>();
  walkSyntax(text, file, (node, parent) => {
    if (node.type === "NewExpression" && isSyntaxNode(node.callee) && node.callee.name === "ConfitureError") {
      for (const literal of literalsChosenBy((node.arguments as readonly unknown[])[0])) {
        raised.add(literal);
        add(literal, literal.value as string, "raises");
      }
    }
    if (node.type !== "Literal" || raised.has(node) || !known.has(node.value as string)) return;
    if (parent?.type === "TSLiteralType") return;
    add(node, node.value as string, isComparison(parent) ? "asks" : "raises");
  });
  return sites;
}

function literalsChosenBy(argument: unknown): readonly SyntaxNode[] {
  if (!isSyntaxNode(argument)) return [];
  switch (argument.type) {
    case "Literal":
      return typeof argument.value === "string" ? [argument] : [];
    case "ConditionalExpression":
      return [...literalsChosenBy(argument.consequent), ...literalsChosenBy(argument.alternate)];
    case "LogicalExpression":
      return [...literalsChosenBy(argument.left), ...literalsChosenBy(argument.right)];
    default:
      return [];
  }
}

/** `===`, `case`, and the lists that `includes` and `Set.has` search. */
function isComparison(parent: SyntaxNode | undefined): boolean {
  return ["BinaryExpression", "SwitchCase", "ArrayExpression"].includes(parent?.type ?? "");
}

import type { Room, SourceFile } from "./read-room.js";
import { lineAt, type SyntaxNode, walkSyntax } from "./walk-syntax.js";

/** Names that say nothing about what is inside, and so attract everything. */
const emptyNames = /^(utils?|helpers?|common|types?|shared|misc|core)$/;

/** What the style guide forbids in a source file, however it is reached. Returns one sentence for each finding. */
export function checkManner(room: Room): readonly string[] {
  return room.files.flatMap((file) =>
    [...checkName(file), ...checkSyntax(file)].map((sentence) => `${room.folder}/${file.path}${sentence}`),
  );
}

function checkName(file: SourceFile): readonly string[] {
  const segments = file.path.replace(/\.[^/]*$/, "").split("/");
  return [
    ...segments.filter((name) => emptyNames.test(name)).map((name) => ` has a name that says nothing: ${name}`),
    ...segments.filter((name) => !/^[a-z0-9-]+$/.test(name)).map((name) => ` is not in kebab-case: ${name}`),
  ];
}

function checkSyntax(file: SourceFile): readonly string[] {
  const found: string[] = [];
  walkSyntax(file.text, file.path, (node) => {
    const finding = findingOf(node);
    if (finding !== undefined) found.push(`:${lineAt(file.text, node.start)} ${finding}`);
  });
  return found;
}

function findingOf(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case "ExportAllDeclaration":
      return "has export *; the front door lists names";
    case "ExportDefaultDeclaration":
      return "has a default export; exports have names";
    case "TSEnumDeclaration":
      return "has an enum; use a union of strings";
    default:
      return undefined;
  }
}

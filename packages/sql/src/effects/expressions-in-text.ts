import { behindToken } from "../split/behind-token.js";

/** The grammar counts bytes of UTF-8; a string counts UTF-16 code units. */
export function offsetOfByte(text: string, bytes: number): number {
  let passed = 0;
  for (let offset = 0; offset < text.length; offset += 1) {
    if (passed >= bytes) return offset;
    const code = text.charCodeAt(offset);
    // The second half of a pair has been counted with the first.
    if (code < 0x80) passed += 1;
    else if (code < 0x800) passed += 2;
    else if (code >= 0xd800 && code < 0xdc00) passed += 4;
    else if (code < 0xdc00 || code >= 0xe000) passed += 3;
  }
  return text.length;
}

/** What stands in the first pair of parentheses behind a byte offset; undefined when there is none. */
export function insideParentheses(text: string, afterByte: number): string | undefined {
  const begin = firstParenthesis(text, offsetOfByte(text, afterByte));
  if (begin === undefined) return undefined;
  let depth = 0;
  for (let offset = begin; offset < text.length; ) {
    const char = text[offset]!;
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (depth === 0) return text.slice(begin + 1, offset).trim();
    offset = behindToken(text, offset);
  }
  return undefined;
}

/** What stands behind USING, up to the comma or the end; `afterByte`: where the subcommand begins. */
export function behindUsing(text: string, afterByte: number): string | undefined {
  let depth = 0;
  let begin: number | undefined;
  for (let offset = offsetOfByte(text, afterByte); offset < text.length; ) {
    const char = text[offset]!;
    const next = behindToken(text, offset);
    if (char === "(" || char === "[") depth += 1;
    if (char === ")" || char === "]") depth -= 1;
    if (depth === 0 && begin !== undefined && (char === "," || char === ";")) return text.slice(begin, offset).trim();
    if (depth === 0 && begin === undefined && /^using$/i.test(text.slice(offset, next))) begin = next;
    offset = next;
  }
  return begin === undefined ? undefined : text.slice(begin).trim();
}

function firstParenthesis(text: string, from: number): number | undefined {
  for (let offset = from; offset < text.length; offset = behindToken(text, offset)) {
    if (text[offset] === "(") return offset;
  }
  return undefined;
}

import { type Draw, drawWith } from "@confiture/testkit/draw";

/** Where case and white space mean something: strings, quoted names, bodies; the rest are words, gaps and signs. */
const tokens =
  /[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|[\p{L}_][\p{L}\p{N}_$]*|\s+|./gsu;

const gaps = [" ", "\n", "\t ", "  \n  ", " /* ( ' ; */ ", ' -- on ); $$ "\n', " /* a /* b */ select */\n"];

/** The same statement as somebody else would lay it out, always the same for the same seed. */
export function relaid(sql: string, seed: number): string {
  const draw = drawWith(seed);
  const inside = [...sql.matchAll(tokens)].map(([token]) => relaidToken(token, draw)).join("");
  return `${draw.percent(30) ? draw.pick(gaps) : ""}${inside}${draw.percent(30) ? draw.pick(gaps) : ""}`;
}

function relaidToken(token: string, draw: Draw): string {
  if (/^(?:\s+|--.*)$/s.test(token)) return draw.pick(gaps);
  // Of E'…', U&'…' and N'…' the letter is no word; outside ASCII a server does not fold.
  if (!/^[a-z_][\w$]*$/i.test(token) || token.length === 1) return token;
  if (draw.percent(40)) return token.toUpperCase();
  return draw.percent(20) ? `${token[0]!.toUpperCase()}${token.slice(1)}` : token;
}

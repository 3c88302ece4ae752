import fc from "fast-check";

/** A token that is never empty and never ends a statement; each needs white space around it. */
export const token = fc.oneof(
  fc.constantFrom("select", "a", "begin", "end", "1.5", "$1", "a$b$c", "(", ")", ",", "=", "||", "case", "e", "é"),
  fc.string({ maxLength: 8 }).map((text) => `'${text.replaceAll("'", "''")}'`),
  fc.string({ maxLength: 8 }).map((text) => `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`),
  fc.string({ minLength: 1, maxLength: 8 }).map((text) => `"${text.replaceAll('"', '""')}"`),
  fc.string({ maxLength: 8 }).map((text) => `$q$${text.replaceAll("$", "")}$q$`),
);

/** White space and comments, at least a space of them. */
export const gap = fc
  .array(fc.constantFrom(" ", "\t", "\n", "\r\n", "-- a; '\n", "/* ; /* ' */ $$ */", "--\r\n"), { maxLength: 3 })
  .map((parts) => ` ${parts.join("")} `);

/**
 * Tokens with gaps between them: lexically a statement, whatever the grammar says. A string behind an E'' string on an
 * earlier line is a part of it and may hold escapes that it would not hold alone, so that pair is left out.
 */
export const statement = fc
  .tuple(
    token.filter((first) => first !== "e"),
    fc.array(fc.tuple(gap, token), { maxLength: 8 }),
  )
  .filter(([first, rest]) => {
    const words = [first, ...rest.map(([, word]) => word)];
    return !words.some((word, index) => word.startsWith("'") && words[index - 1]?.startsWith("E'"));
  })
  .map(([first, rest]) => first + rest.map(([space, word]) => space + word).join(""));

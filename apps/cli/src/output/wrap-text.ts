/** A text as lines of at most so many columns; a word that is longer stays whole. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

/** A statement on one line, cut at so many columns. */
export function shortenSql(sql: string, columns: number): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}

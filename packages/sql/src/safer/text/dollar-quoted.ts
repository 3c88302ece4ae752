/** A text as a string constant in dollars, with a tag that the text does not hold. */
export function dollarQuoted(text: string): string {
  let tag = "$$";
  for (let number = 1; text.includes(tag); number += 1) tag = `$body${number}$`;
  return `${tag}${text}${tag}`;
}

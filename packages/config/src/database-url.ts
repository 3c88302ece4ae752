import { ConfitureError, type SourceLocation } from "@confiture/model";

/** What is wrong with a database URL, in words that repeat nothing of it; undefined when it can be used. */
export function databaseUrlProblem(url: string): string | undefined {
  if (url === "embedded") return undefined;
  if (url.trim() === "") return "is empty";
  if (/\s/.test(url)) return "holds white space";
  if (!/^postgres(ql)?:\/\//.test(url))
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? "is not a PostgreSQL URL" : "is not a URL";
  const parsed = parseUrl(url);
  // An unencoded `#`, `/` or `?` in a password ends the host early: what follows would be taken for a path or a query.
  if (parsed === undefined || parsed.hash !== "" || /@/.test(parsed.pathname + parsed.search)) {
    return "cannot be read: one of `@ : / ? # %` in a password must be percent-encoded";
  }
  if (!isDecodable(parsed)) return "holds a `%` that is not part of a percent-encoded character (write %25)";
  return undefined;
}

function parseUrl(url: string): URL | undefined {
  // Several `@` before the first `/`: WHATWG takes the last one, other readers the first.
  const authority = url.slice(url.indexOf("://") + 3).split(/[/?#]/, 1)[0] ?? "";
  if (authority.split("@").length > 2) return undefined;
  return URL.canParse(url) ? new URL(url) : undefined;
}

function isDecodable({ username, password, pathname }: URL): boolean {
  return [username, password, pathname].every((part) => !/%(?![0-9a-f]{2})/i.test(part));
}

/** @throws CONFITURE_URL_INVALID; the message repeats nothing of the URL */
export function checkDatabaseUrl(url: string, key: string, at: SourceLocation): string {
  const problem = databaseUrlProblem(url);
  if (problem === undefined) return url;
  throw new ConfitureError("CONFITURE_URL_INVALID", `\`${key}\` ${problem}.`, {
    at,
    hint: "Write postgres://user:password@host:5432/database, or `embedded` for the PostgreSQL that comes with Confiture.",
  });
}

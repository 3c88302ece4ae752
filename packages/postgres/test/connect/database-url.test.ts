import { connectDatabase, redactUrl } from "@confiture/postgres";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDatabaseUrl } from "../../src/connect/parse-database-url.js";

describe("a database URL is read", () => {
  test.each([
    ["postgres://u:p@h:6543/d", { user: "u", password: "p", host: "h", port: 6543, database: "d", sslMode: "prefer" }],
    ["postgresql://u@h/d", { user: "u", host: "h", port: 5432, database: "d" }],
    ["postgres://u:p%40ss%2Fw@h/d%20b", { password: "p@ss/w", database: "d b" }],
    ["postgres://u:p@ss/w@h:1/d", { password: "p@ss/w", host: "h", port: 1 }],
    ["postgres://u@[::1]:5433/d", { host: "::1", port: 5433 }],
    ["postgres://u@/d?host=/var/run/postgresql", { host: "/var/run/postgresql", sslMode: "disable" }],
    ["postgres://u@%2Fvar%2Frun/d", { host: "/var/run", port: 5432 }],
    [
      "postgres://u@h/d?sslmode=verify-full&sslrootcert=/x/ca.pem",
      { sslMode: "verify-full", sslRootCert: "/x/ca.pem" },
    ],
    [
      "postgres://u@h/d?application_name=my+app&connect_timeout=3",
      { applicationName: "my app", connectTimeoutMs: 3000 },
    ],
    ["postgres://h/d?user=me&password=pw&dbname=other", { user: "me", password: "pw", database: "other" }],
    ["postgres://u@h/d?schema=app&pgbouncer=true", { database: "d" }],
  ])("%s", (url, expected) => {
    expect(parseDatabaseUrl(url)).toMatchObject(expected);
  });
});

describe("a wrong URL is refused with what is wrong", () => {
  test.each([
    ["localhost/d", "has no scheme"],
    ["secret", "has no scheme"],
    ["mysql://u:secret@h/d", "has the scheme mysql:"],
    ["postgres://u:secret@h:port/d", 'not a number from 1 to 65535: "port"'],
    ["postgres://u:secret@h:70000/d", "not a number"],
    ["postgres://u:secret@h:5432", "names no database"],
    ["postgres://u:secret@h:5432/", "names no database"],
    ["postgres://u:secret@a,b/d", "several hosts"],
    ["postgres://u:secret@::1/d", "more than one colon"],
    ["postgres://u:secret@h/d?sslmode=never", "sslmode=never"],
    ["postgres://u:secret@h/d?connect_timeout=soon", "connect_timeout"],
    ["postgres://u:100%secret@h/d", "broken % escape"],
    ["postgres://u:sec?secret@h/d", "? or # before its host"],
    ["postgres://u:sec#secret@h/d", "? or # before its host"],
  ])("%s", (url, problem) => {
    const error = thrownBy(() => connectDatabase(url));
    expect(error).toMatchObject({ code: "CONFITURE_URL_INVALID", message: expect.stringContaining(problem) });
    expect(`${error.message} ${(error as { hint?: string }).hint}`).not.toContain("secret");
  });
});

test("whatever the password is, encoded or not, no error shows it", () => {
  const part = fc.string({ minLength: 8, maxLength: 20 }).filter((text) => !text.includes("#"));
  fc.assert(
    fc.property(part, fc.boolean(), fc.constantFrom("h:x/d", "h:0/d", "h/", "h,i/d"), (text, encode, place) => {
      const password = `Zq7-${text}-Zq7`;
      const url = `postgres://u:${encode ? encodeURIComponent(password) : password}@${place}`;
      const error = thrownBy(() => connectDatabase(url));
      expect(error.message).not.toContain("Zq7");
    }),
  );
});

test("a redacted URL keeps everything but the password", () => {
  expect(redactUrl("postgres://u:p@h:1/d?sslmode=require")).toBe("postgres://u:***@h:1/d?sslmode=require");
  expect(redactUrl("postgres://u@h/d?password=p&sslmode=require")).toBe(
    "postgres://u@h/d?password=***&sslmode=require",
  );
  expect(redactUrl("postgres://u:p@ss/w@h/d")).toBe("postgres://u:***@h/d");
  expect(redactUrl("postgres://u@h/d")).toBe("postgres://u@h/d");
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

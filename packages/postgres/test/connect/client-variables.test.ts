import pg from "pg";
import { expect, test } from "vitest";
import { connectDatabase, databaseFromPool } from "../../src/index.js";

test("a database tells programs of PostgreSQL by their variables how it is reached", () => {
  const url = "postgres://ada:p%40ss@db.example:5433/shop?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=5";
  expect(connectDatabase(url).clientVariables()).toEqual({
    PGHOST: "db.example",
    PGPORT: "5433",
    PGUSER: "ada",
    PGDATABASE: "shop",
    PGPASSWORD: "p@ss",
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: "/ca.pem",
    PGCONNECT_TIMEOUT: "5",
  });
  expect(connectDatabase("postgres://ada@/shop?host=/run/pg").clientVariables()).toMatchObject({
    PGHOST: "/run/pg",
    PGSSLMODE: "disable",
  });
});

test("so does one over a pool, which never connects for that", () => {
  const pool = new pg.Pool({ connectionString: "postgres://ada:secret@db.example:5433/shop" });
  expect(databaseFromPool(pool).clientVariables()).toEqual({
    PGHOST: "db.example",
    PGPORT: "5433",
    PGUSER: "ada",
    PGDATABASE: "shop",
    PGPASSWORD: "secret",
    PGSSLMODE: "prefer",
  });
  expect(pool.totalCount).toBe(0);
});

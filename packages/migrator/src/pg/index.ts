export { databaseFromPool } from "@confiture/postgres";
export type { PoolLike } from "./over-a-pool.js";
export { migrate, planMigrations, rollback } from "./over-a-pool.js";

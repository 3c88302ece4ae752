export type { MigrationDomain, RunMode } from "./migration-data.js";
export type { EventCategory } from "./migration-event-names.js";
export { migrationEventNames, migrationEvents } from "./migration-event-names.js";
export type { MigrationEvents } from "./migration-events.js";

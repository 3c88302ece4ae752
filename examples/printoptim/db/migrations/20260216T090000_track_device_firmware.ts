import type { MigrationDefinition } from "@confiture/migrator";

const migration: MigrationDefinition = {
  description: "Which firmware a device runs, and since when",

  async up(db) {
    await db.schema
      .alterTable("w_devices")
      .addColumn("firmware", "text")
      .addColumn("firmware_since", "timestamptz")
      .execute();
    await db.schema.createIndex("w_devices_by_firmware").on("w_devices").columns(["tenant_id", "firmware"]).execute();
  },

  async down(db) {
    await db.schema.dropIndex("w_devices_by_firmware").execute();
    await db.schema.alterTable("w_devices").dropColumn("firmware_since").dropColumn("firmware").execute();
  },
};

export default migration;

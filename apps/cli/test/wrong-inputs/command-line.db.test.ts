import { migration, testWrongInputs } from "./test-wrong-inputs.js";

testWrongInputs([
  { what: "an unknown command", args: ["migrat", "up"], exit: 2, code: "CONFITURE_USAGE", says: ["migrate"] },
  { what: "an unknown subcommand", args: ["migrate", "upp"], exit: 2, code: "CONFITURE_USAGE", says: ["up"] },
  { what: "an unknown flag", args: ["migrate", "up", "--dryrun"], exit: 2, code: "CONFITURE_USAGE", says: ["dry-run"] },
  {
    what: "a flag without its value",
    args: ["migrate", "up", "--target"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["target"],
  },
  {
    what: "a time that is none",
    args: ["migrate", "up", "--lock-timeout", "soon"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["soon", "2s"],
  },
  {
    what: "a count that is none",
    args: ["migrate", "down", "--steps", "all"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["all", "whole number"],
  },
  { what: "an argument too many", args: ["migrate", "up", "002"], exit: 2, code: "CONFITURE_USAGE", says: ["002"] },
  {
    what: "--preview with --dry-run",
    args: ["migrate", "up", "--preview", "--dry-run"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["choose one"],
  },
  {
    what: "two repairs at once",
    files: migration("001_a.up.sql", "select 1;"),
    args: ["migrate", "repair", "--forget", "1", "--restore", "1"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["One repair"],
  },
  {
    what: "a completion of an unknown shell",
    args: ["completion", "tcsh"],
    exit: 2,
    code: "CONFITURE_USAGE",
    says: ["bash"],
  },
]);

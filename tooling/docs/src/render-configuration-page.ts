import { configReference } from "../../../packages/config/src/config-reference.js";
import type { ConfigReferenceRow } from "../../../packages/config/src/config-reference-row.js";
import { tableCell } from "./table-cell.js";

/** docs/reference/configuration.md: every key of confiture.yaml. */
export function renderConfigurationPage(): string {
  return [
    "# confiture.yaml",
    "",
    "Every key has a default; an empty file is a valid configuration. `${NAME}` is replaced by the environment variable",
    "`NAME`, `${NAME:-default}` by the default where it is unset or empty. A time is `500ms`, `2s`, `5m` or `1h`; a plain",
    "number is milliseconds.",
    "",
    "| key | type | default | what it says |",
    "|---|---|---|---|",
    ...configReference.map(renderRow),
    "",
  ].join("\n");
}

function renderRow({ path, type, default: fallback, meaning }: ConfigReferenceRow): string {
  const written = typeof fallback === "string" ? [fallback] : (fallback ?? []);
  const shown = written.map((text) => `\`${tableCell(text)}\``).join(", ");
  return `| \`${path}\` | ${tableCell(type)} | ${shown} | ${tableCell(meaning)} |`;
}

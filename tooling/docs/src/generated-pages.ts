import { renderBuiltinHooksPage } from "./render-builtin-hooks-page.js";
import { renderCommandsPage } from "./render-commands-page.js";
import { renderConfigurationPage } from "./render-configuration-page.js";
import { renderErrorsPage } from "./render-errors-page.js";
import { renderHooksPage } from "./render-hooks-page.js";
import { renderOperationsPage } from "./render-operations-page.js";

/** A page that nobody edits: it is written from the data it tells about. */
export interface GeneratedPage {
  readonly path: string;
  readonly from: string;
  render(): string | Promise<string>;
}

export const generatedPages: readonly GeneratedPage[] = [
  { path: "docs/reference/errors.md", from: "packages/model/src/errors/error-codes.ts", render: renderErrorsPage },
  {
    path: "docs/reference/configuration.md",
    from: "packages/config/src/config-reference.ts",
    render: renderConfigurationPage,
  },
  { path: "docs/reference/operations.md", from: "packages/sql/src/effects/facts", render: renderOperationsPage },
  { path: "docs/reference/hooks.md", from: "packages/hooks/src/vocabulary and errors", render: renderHooksPage },
  {
    path: "docs/reference/builtin-hooks.md",
    from: "packages/migrator/src/builtin-hooks",
    render: renderBuiltinHooksPage,
  },
  { path: "docs/reference/commands.md", from: "apps/cli/src/application.ts", render: renderCommandsPage },
];

/** The page as it stands in the file, with the line that tells where to make the change. */
export async function pageText(page: GeneratedPage): Promise<string> {
  return `<!-- Generated from ${page.from} by \`pnpm gen\`. Change it there. -->\n\n${await page.render()}`;
}

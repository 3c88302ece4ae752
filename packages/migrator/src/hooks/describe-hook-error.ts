import { HookError } from "@confiture/hooks";
import { isConfitureError } from "@confiture/model";
import { isServerError, type ServerError, withoutValues } from "../execute/statement-error.js";
import type { HookedError } from "./migration-hooks.js";

/** Why a hook failed, as plain data. What the server said is told without the values of rows. */
export function describeHookError(error: unknown): HookedError {
  if (isConfitureError(error) || error instanceof HookError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  if (isServerError(error)) {
    return {
      code: error.code,
      message: withoutValues(error),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
  if (!(error instanceof Error)) return { code: "thrown", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return { code, message: error.message };
}

/** What the server said, where that is what a hook failed of. */
export function serverErrorBehind(error: unknown): ServerError | undefined {
  if (isServerError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? serverErrorBehind(error.cause) : undefined;
}

import type { hookErrorCodes } from "./hook-error-codes.js";

export type HookErrorCode = keyof typeof hookErrorCodes;

export interface HookErrorDetails {
  /** What to do about it. */
  readonly hint?: string;
  readonly event?: string;
  readonly hookId?: string;
  readonly cause?: unknown;
}

/** A broken promise: a stable code to match on, prose that may change, and what to do next. */
export class HookError extends Error {
  override readonly name = "HookError";
  readonly code: HookErrorCode;
  readonly hint: string | undefined;
  readonly event: string | undefined;
  readonly hookId: string | undefined;
  /** A mistake is not mended by trying again; what time brought about may be. */
  readonly retryable: boolean;

  constructor(code: HookErrorCode, message: string, details: HookErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.event = details.event;
    this.hookId = details.hookId;
    this.retryable = code === "CONFITURE_HOOK_TIMEOUT" || code === "CONFITURE_HOOK_CANCELLED";
  }

  /** For logs and reports: an Error's own message would be lost. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, hint, event, hookId } = this;
    return { name, code, message, hint, event, hookId };
  }
}

/** An error about one hook: the sentence begins with its event and its id. */
export function hookError(
  code: HookErrorCode,
  { id, event }: { readonly id: string; readonly event: string },
  what: string,
  hint?: string,
): HookError {
  return new HookError(code, `${event}: hook ${id} ${what}.`, { hint, event, hookId: id });
}

/**
 * Marks an error as one that a further attempt would only meet again.
 * @example throw nonRetryable(new Error("the webhook's address does not exist"));
 */
export function nonRetryable(error: unknown): Error {
  const marked = error instanceof Error ? error : new Error(String(error), { cause: error });
  return Object.defineProperty(marked, "retryable", { value: false, configurable: true });
}

/** Whether trying again may help: an error says otherwise by `retryable: false`, its own or set by `nonRetryable`. */
export function isRetryable(error: unknown): boolean {
  return !(typeof error === "object" && error !== null && "retryable" in error && error.retryable === false);
}

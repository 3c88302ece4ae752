import { ConfitureError } from "@confiture/model";
import { pause } from "../../execute/backoff.js";

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SendOptions {
  /** Who receives it, as messages call him. */
  readonly receiver: string;
  /** Of one attempt. */
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
  /** Makes the request, anew for each attempt: a signature may hold the time. */
  request(): OutgoingRequest | Promise<OutgoingRequest>;
  /** What is wrong with an answer whose status is fine, as some services have it. */
  refusal?(body: string): string | undefined;
}

export interface Delivery {
  readonly status: number;
  readonly attempts: number;
}

const firstPauseMs = 500;
const longestPauseMs = 60_000;

/**
 * POSTs until the receiver has taken it: again behind 429, 408 and 5xx, after the pause he asks for, and behind a connection that
 * could not be made. Neither URL nor headers nor body are in a message: all of them may hold secrets.
 *
 * @throws CONFITURE_NOTIFICATION with the status, or what went wrong with the connection
 */
export async function sendRequest(options: SendOptions): Promise<Delivery> {
  const { receiver, maxAttempts, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const answer = await attemptOnce(options);
    signal.throwIfAborted();
    if (answer.kind === "taken") return { status: answer.status, attempts: attempt };
    if (!answer.again || attempt >= maxAttempts)
      throw new ConfitureError(
        "CONFITURE_NOTIFICATION",
        `${receiver} did not take the notification: ${answer.because}${attempt > 1 ? ` (${attempt} attempts)` : ""}.`,
        {
          hint: answer.again
            ? "He may be away; it is sent again with the next event."
            : "Check the address and the secret.",
        },
      );
    await pause(Math.min(longestPauseMs, answer.waitMs ?? pauseBehind(attempt)), signal);
  }
}

type Answer =
  | { readonly kind: "taken"; readonly status: number }
  | {
      readonly kind: "refused";
      readonly because: string;
      readonly again: boolean;
      readonly waitMs: number | undefined;
    };

async function attemptOnce(options: SendOptions): Promise<Answer> {
  const { timeoutMs, signal, refusal } = options;
  const { url, headers, body } = await options.request();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "user-agent": "confiture", ...headers },
      body,
      // A redirect would carry secrets to somewhere else.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    const { status } = response;
    if (status >= 200 && status < 300) {
      const wrong = refusal?.(text);
      return wrong === undefined
        ? { kind: "taken", status }
        : { kind: "refused", because: wrong, again: false, waitMs: undefined };
    }
    const again = status === 429 || status === 408 || status >= 500;
    return {
      kind: "refused",
      because: `status ${status}`,
      again,
      waitMs: retryAfterMs(response.headers.get("retry-after")),
    };
  } catch (error) {
    return { kind: "refused", because: connectionProblem(error, timeoutMs), again: true, waitMs: undefined };
  }
}

/** Seconds, or a date. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function pauseBehind(attempt: number): number {
  const longest = firstPauseMs * 2 ** (attempt - 1);
  return longest / 2 + Math.random() * (longest / 2);
}

/** The code of the system's error alone: its message names the address, and an address may be a secret. */
function connectionProblem(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined;
  return code === undefined ? "the connection failed" : `the connection failed (${code})`;
}

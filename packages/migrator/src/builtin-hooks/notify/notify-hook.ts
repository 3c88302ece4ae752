import type { YamlSchema, YamlShape, ZodNamespace } from "@confiture/config";
import { type BuiltinHookType, defineBuiltinHook, type HookSetting } from "../builtin-hook-type.js";
import { duration } from "../config-shapes.js";
import { everyEvent, minuteMs } from "../hook-events.js";
import { type Notification, notificationOf } from "./notification.js";
import { type OutgoingRequest, sendRequest } from "./send-request.js";

interface SendingConfig {
  readonly timeout: number;
  readonly max_attempts: number;
}

/** What one service wants to have. */
export interface NotifyService<Config extends SendingConfig> {
  readonly type: string;
  readonly what: string;
  readonly receiver: string;
  readonly secrets: readonly string[];
  readonly config: YamlShape<Config>;
  request(config: Config, notification: Notification, setting: HookSetting): OutgoingRequest | Promise<OutgoingRequest>;
  refusal?(body: string, config: Config): string | undefined;
}

/** Options that all services have. */
export function sendingShape(z: ZodNamespace): {
  readonly timeout: YamlSchema<number>;
  readonly max_attempts: YamlSchema<number>;
} {
  return {
    timeout: duration(z).prefault("10s").describe("How long one attempt may take."),
    max_attempts: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(4)
      .describe("How often it is sent when the service is away or busy."),
  };
}

export function defineNotifyHook<Config extends SendingConfig>(
  service: NotifyService<Config>,
): BuiltinHookType<Config> {
  const { type, what, receiver, secrets, config: shape } = service;
  return defineBuiltinHook<Config>({
    type,
    kind: "notification",
    what,
    on: everyEvent,
    onlyThere: "",
    connections: ["none"],
    onlySo: "it asks the database nothing.",
    timeoutMs: 5 * minuteMs,
    idempotent: true,
    secrets,
    config: shape,
    async run(config, context, setting) {
      const notification = notificationOf(context);
      return sendRequest({
        receiver,
        timeoutMs: config.timeout,
        maxAttempts: config.max_attempts,
        signal: context.signal,
        request: () => service.request(config, notification, setting),
        ...(service.refusal === undefined ? {} : { refusal: (body) => service.refusal?.(body, config) }),
      });
    },
  });
}

export function jsonBody(
  value: unknown,
): Pick<OutgoingRequest, "body"> & { readonly contentType: Record<string, string> } {
  return { body: JSON.stringify(value), contentType: { "content-type": "application/json" } };
}

/** An address that is sent to: of HTTP, without a user in it. */
export function httpUrl(z: ZodNamespace): YamlSchema<string> {
  return z.string().refine(isHttpUrl, { error: "must be an http:// or https:// URL without a user in it" });
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "";
}

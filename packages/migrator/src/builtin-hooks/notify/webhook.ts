import { createHmac, randomUUID } from "node:crypto";
import { defineNotifyHook, httpUrl, jsonBody, sendingShape } from "./notify-hook.js";

/** Signed as Standard Webhooks has it (standardwebhooks.com), for which receivers find libraries in every language. */
export const webhook = defineNotifyHook({
  type: "webhook",
  what: "POSTs the event as JSON to a URL, signed as Standard Webhooks has it when it has a secret.",
  receiver: "The webhook",
  secrets: ["secret"],
  config: (z) =>
    z.strictObject({
      url: httpUrl(z).describe("Where to."),
      secret: z.string().min(1).optional().describe("Signs it; `whsec_…` is taken as base64, anything else as it is."),
      headers: z
        .record(z.string(), z.string())
        .default({})
        .describe("Headers besides; what authorizes comes from the environment."),
      ...sendingShape(z),
    }),
  request({ url, secret, headers }, notification) {
    const { body, contentType } = jsonBody(notification);
    return {
      url,
      body,
      headers: { ...headers, ...contentType, ...(secret === undefined ? {} : signature(secret, body)) },
    };
  },
});

function signature(secret: string, body: string): Record<string, string> {
  const key = secret.startsWith("whsec_")
    ? Buffer.from(secret.slice("whsec_".length), "base64")
    : Buffer.from(secret, "utf8");
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signed = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signed}` };
}

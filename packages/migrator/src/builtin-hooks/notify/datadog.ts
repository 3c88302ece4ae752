import { type Notification, shortened } from "./notification.js";
import { defineNotifyHook, httpUrl, jsonBody, sendingShape } from "./notify-hook.js";

export const datadog = defineNotifyHook({
  type: "datadog",
  what: "Posts an event to Datadog: v1, or v2, where failures are alerts and everything else is a change.",
  receiver: "Datadog",
  secrets: ["api_key"],
  config: (z) =>
    z.strictObject({
      api_key: z.string().min(1).describe("The API key."),
      site: z
        .string()
        .refine((site) => /^[a-z0-9.-]+$/.test(site), { error: "must be a name of a host: `datadoghq.eu`" })
        .default("datadoghq.com")
        .describe("The site of the account."),
      api: z.enum(["v1", "v2"]).default("v1").describe("The version of the events API."),
      tags: z.array(z.string().min(1)).default([]).describe("Tags besides `env`, `event` and `migration`."),
      endpoint: httpUrl(z).optional().describe("The service, where it is not reached by the site's name."),
      ...sendingShape(z),
    }),
  request({ api_key: key, site, api, tags, endpoint }, notification) {
    const all = [...tags, ...tagsOf(notification)];
    const { body, contentType } = jsonBody(api === "v1" ? eventV1(notification, all) : eventV2(notification, all));
    const host = endpoint ?? (api === "v1" ? `https://api.${site}` : `https://event-management-intake.${site}`);
    return { url: new URL(`/api/${api}/events`, host).href, body, headers: { ...contentType, "dd-api-key": key } };
  },
});

function tagsOf({ event, facts }: Notification): readonly string[] {
  const { environment, version } = facts;
  return [
    `event:${event}`,
    ...(environment === undefined ? [] : [`env:${environment}`]),
    ...(version === undefined ? [] : [`migration:${version}`]),
  ];
}

function eventV1(notification: Notification, tags: readonly string[]): unknown {
  const lines = Object.entries(notification.facts).map(([name, value]) => `${name}: ${value}`);
  return {
    title: shortened(notification.summary, 100),
    text: shortened([notification.summary, ...lines].join("\n"), 4_000),
    alert_type: notification.severity,
    priority: "normal",
    aggregation_key: shortened(notification.subject, 100),
    date_happened: Math.floor(Date.parse(notification.at) / 1000),
    source_type_name: "confiture",
    tags,
  };
}

function eventV2(notification: Notification, tags: readonly string[]): unknown {
  const { severity, summary, at, subject, facts } = notification;
  const isAlert = severity === "error" || severity === "warning";
  const status = severity === "error" ? "error" : "warn";
  return {
    data: {
      type: "event",
      attributes: {
        title: shortened(summary, 500),
        message: shortened(summary, 4_000),
        category: isAlert ? "alert" : "change",
        integration_id: "custom-events",
        aggregation_key: shortened(subject, 100),
        timestamp: at,
        tags,
        attributes: isAlert
          ? { status, priority: "3", custom: facts }
          : {
              changed_resource: { type: "configuration", name: shortened(subject, 128) },
              author: { type: "automation", name: "confiture" },
              change_metadata: facts,
            },
      },
    },
  };
}

import { hostname } from "node:os";
import { type Notification, type Severity, shortened } from "./notification.js";
import { defineNotifyHook, httpUrl, jsonBody, sendingShape } from "./notify-hook.js";

const severities: Readonly<Record<Severity, string>> = {
  error: "critical",
  warning: "warning",
  info: "info",
  success: "info",
};

export const pagerduty = defineNotifyHook({
  type: "pagerduty",
  what: "Opens an alert in PagerDuty (Events API v2) for failures and alerts, resolves it when a run ends well, and sends every other event as a change.",
  receiver: "PagerDuty",
  secrets: ["routing_key"],
  config: (z) =>
    z.strictObject({
      routing_key: z.string().min(1).describe("The integration's key."),
      event_action: z
        .enum(["trigger", "resolve", "change"])
        .optional()
        .describe("What the event is, whatever it would be by itself."),
      dedup_key: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe("What belongs to one alert; without it, all of an environment."),
      source: z.string().min(1).optional().describe("Where it comes from; without it, the name of the machine."),
      endpoint: httpUrl(z)
        .default("https://events.pagerduty.com")
        .describe("The service; in Europe https://events.eu.pagerduty.com."),
      ...sendingShape(z),
    }),
  request(config, notification) {
    const { routing_key, endpoint, source = hostname(), dedup_key = notification.subject } = config;
    const action = config.event_action ?? actionOf(notification);
    const summary = shortened(notification.summary, 1_024);
    const common = {
      summary,
      source,
      timestamp: notification.at,
      custom_details: { ...notification.facts, event: notification.event, execution_id: notification.executionId },
    };
    const { body, contentType } = jsonBody(
      action === "change"
        ? { routing_key, payload: common }
        : {
            routing_key,
            event_action: action,
            dedup_key,
            client: "confiture",
            payload: {
              ...common,
              severity: severities[notification.severity],
              component: "database",
              class: notification.event,
            },
          },
    );
    return {
      url: new URL(action === "change" ? "/v2/change/enqueue" : "/v2/enqueue", endpoint).href,
      body,
      headers: contentType,
    };
  },
});

/** Nobody is called out of bed because a migration has begun. */
function actionOf({ severity, event }: Notification): "trigger" | "resolve" | "change" {
  if (severity === "error" || severity === "warning") return "trigger";
  return event === "migration_completed" || event === "after_execute" ? "resolve" : "change";
}

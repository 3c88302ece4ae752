import { ConfitureError } from "@confiture/model";
import { type Notification, shortened } from "./notification.js";
import { defineNotifyHook, httpUrl, sendingShape } from "./notify-hook.js";

interface AwsConfig {
  readonly region: string;
  readonly namespace: string;
  readonly event_bus: string;
}

export const cloudwatch = defineNotifyHook({
  type: "cloudwatch",
  what: "Counts the event as a metric in CloudWatch (PutMetricData), or puts it on an EventBridge bus (PutEvents), signed with SigV4.",
  receiver: "AWS",
  secrets: ["access_key_id", "secret_access_key", "session_token"],
  config: (z) =>
    z.strictObject({
      region: z.string().refine(isRegion, { error: "must be a region: `eu-west-1`" }).describe("The region."),
      deliver: z
        .enum(["metric", "event"])
        .default("metric")
        .describe("A metric in CloudWatch, or an event on EventBridge."),
      namespace: z.string().min(1).default("Confiture").describe("Of the metric; the source of an event."),
      event_bus: z.string().min(1).default("default").describe("The bus of an event."),
      access_key_id: z.string().min(1).optional().describe("Without it, AWS_ACCESS_KEY_ID."),
      secret_access_key: z.string().min(1).optional().describe("Without it, AWS_SECRET_ACCESS_KEY."),
      session_token: z.string().min(1).optional().describe("Without it, AWS_SESSION_TOKEN."),
      endpoint: httpUrl(z).optional().describe("The service, where it is not the region's own."),
      ...sendingShape(z),
    }),
  async request(config, notification, { env }) {
    const accessKeyId = config.access_key_id ?? env.AWS_ACCESS_KEY_ID;
    const secretAccessKey = config.secret_access_key ?? env.AWS_SECRET_ACCESS_KEY;
    if (accessKeyId === undefined || secretAccessKey === undefined) throw noCredentials();
    // A session's token belongs to the keys it came with.
    const sessionToken =
      config.session_token ?? (config.access_key_id === undefined ? env.AWS_SESSION_TOKEN : undefined);
    const { service, headers, body } =
      config.deliver === "metric" ? metric(config, notification) : event(config, notification);
    const url = config.endpoint ?? `https://${service}.${config.region}.amazonaws.com/`;
    const { AwsV4Signer } = await import("aws4fetch");
    const signed = await new AwsV4Signer({
      method: "POST",
      url,
      headers,
      body,
      accessKeyId,
      secretAccessKey,
      service,
      region: config.region,
      allHeaders: true,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    }).sign();
    return { url: signed.url.href, body, headers: Object.fromEntries(signed.headers.entries()) };
  },
  /** PutEvents says 200 also when it takes none of them. */
  refusal(body, { deliver }) {
    if (deliver !== "event") return undefined;
    const failed = /"FailedEntryCount"\s*:\s*([1-9]\d*)/.exec(body);
    const [, code] = /"ErrorCode"\s*:\s*"([A-Za-z]{1,60})"/.exec(body) ?? [];
    return failed === null ? undefined : `it says ${code ?? "that it failed"}`;
  },
});

function noCredentials(): ConfitureError {
  return new ConfitureError("CONFITURE_NOTIFICATION", "There are no AWS credentials.", {
    hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name them in the config.",
  });
}

function isRegion(text: string): boolean {
  return /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(text);
}

interface AwsCall {
  readonly service: "monitoring" | "events";
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The Query protocol of CloudWatch: one count, and how long it took where that is known. */
function metric({ namespace }: AwsConfig, { event: name, at, facts }: Notification): AwsCall {
  const parameters = new URLSearchParams({ Action: "PutMetricData", Version: "2010-08-01", Namespace: namespace });
  const dimensions = {
    Event: name,
    ...(facts.environment === undefined ? {} : { Environment: String(facts.environment) }),
  };
  const measured = facts.durationMs ?? facts.elapsedMs;
  const data = [
    { name: "Events", value: 1, unit: "Count" },
    ...(typeof measured === "number" ? [{ name: "Duration", value: measured, unit: "Milliseconds" }] : []),
  ];
  for (const [index, entry] of data.entries()) {
    const member = `MetricData.member.${index + 1}`;
    parameters.set(`${member}.MetricName`, entry.name);
    parameters.set(`${member}.Value`, String(entry.value));
    parameters.set(`${member}.Unit`, entry.unit);
    parameters.set(`${member}.Timestamp`, at);
    for (const [position, [dimension, value]] of Object.entries(dimensions).entries()) {
      parameters.set(`${member}.Dimensions.member.${position + 1}.Name`, dimension);
      parameters.set(`${member}.Dimensions.member.${position + 1}.Value`, value);
    }
  }
  return {
    service: "monitoring",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: parameters.toString(),
  };
}

function event({ namespace, event_bus: bus }: AwsConfig, notification: Notification): AwsCall {
  const entry = {
    Source: namespace.toLowerCase(),
    DetailType: shortened(notification.event, 128),
    Detail: JSON.stringify(notification),
    EventBusName: bus,
    Time: Math.floor(Date.parse(notification.at) / 1000),
  };
  return {
    service: "events",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSEvents.PutEvents" },
    body: JSON.stringify({ Entries: [entry] }),
  };
}

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { type AttemptMessage, hookChannels, type PhaseMessage } from "../observe/channels.js";
import type { HookLogEntry } from "../observe/hook-log-entry.js";

export interface TraceHooksOptions {
  /** Without one, that of the application's tracer provider. */
  readonly tracer?: Tracer;
}

/**
 * Makes a span of each phase and of each attempt, for every set of hooks in this process. The span of a phase is a child of the
 * span that was active when the event was triggered; that of an attempt is active while the hook runs. Skipped hooks, retries and
 * turns of circuits are events of the phase's span. Returns what ends it.
 */
export function traceHooks({ tracer = trace.getTracer("@confiture/hooks") }: TraceHooksOptions = {}): () => void {
  const phases = new Map<string, Span>();
  const endPhases = makeSpans<PhaseMessage>(hookChannels.phase, {
    begin: (message) => {
      const attributes = { ...attributesOf(message), "confiture.hooks.count": message.hooks };
      const span = tracer.startSpan(`hooks ${message.event}`, { attributes });
      phases.set(keyOf(message), span);
      return span;
    },
    end: (message) => phases.delete(keyOf(message)),
  });
  const endAttempts = makeSpans<AttemptMessage>(hookChannels.attempt, {
    begin: (message) => {
      const { hookId, priority, attempt } = message;
      const own = { hook_id: hookId, priority, attempt };
      return tracer.startSpan(`hook ${hookId}`, { attributes: { ...attributesOf(message), ...prefixed(own) } });
    },
  });
  const addEvent = (message: unknown) => {
    const entry = message as HookLogEntry;
    if (!eventsOfPhases.includes(entry.status)) return;
    const { hookId, attempt, delayMs, reason, error } = entry;
    phases
      .get(keyOf(entry))
      ?.addEvent(
        entry.status,
        prefixed({ hook_id: hookId, attempt, delay_ms: delayMs, reason, error: error?.message }),
      );
  };
  subscribe(hookChannels.log, addEvent);
  return () => {
    endPhases();
    endAttempts();
    unsubscribe(hookChannels.log, addEvent);
  };
}

/** What has no span of its own. */
const eventsOfPhases: readonly HookLogEntry["status"][] = [
  "skipped",
  "retrying",
  "conflict",
  "late",
  "circuit_open",
  "circuit_half_open",
  "circuit_closed",
];

type Message = PhaseMessage | AttemptMessage;

interface SpanMaker<Of extends Message> {
  readonly begin: (message: Of) => Span;
  readonly end?: (message: Of) => void;
}

/** A span from the beginning to the end of what a channel tells about. Returns what ends it. */
function makeSpans<Of extends Message>(channel: string, maker: SpanMaker<Of>): () => void {
  const spans = new WeakMap<Message, Span>();
  const onStart = (message: unknown) => {
    const span = maker.begin(message as Of);
    spans.set(message as Of, span);
    workWithin(message as Of, trace.setSpan(context.active(), span));
  };
  const onEnd = (message: unknown) => {
    const { result } = message as Of;
    const span = spans.get(message as Of);
    span?.setAttribute("confiture.hooks.status", result?.status ?? "rejected");
    if (span !== undefined && result?.status !== "completed") markFailed(span, result?.error);
    maker.end?.(message as Of);
    span?.end();
  };
  subscribe(`tracing:${channel}:start`, onStart);
  subscribe(`tracing:${channel}:asyncEnd`, onEnd);
  return () => {
    unsubscribe(`tracing:${channel}:start`, onStart);
    unsubscribe(`tracing:${channel}:asyncEnd`, onEnd);
  };
}

function workWithin(message: Message, active: Context): void {
  const outer = message.within;
  message.within = (work) => {
    const inContext = () => context.with(active, work);
    return outer === undefined ? inContext() : outer(inContext);
  };
}

function markFailed(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  if (error instanceof Error) span.recordException(error);
}

/** Phases are counted for each set of hooks; an execution's id tells the sets apart. */
function keyOf({ executionId, phase }: Pick<Message, "executionId" | "phase">): string {
  return `${executionId} ${phase}`;
}

function attributesOf({ event, executionId }: Message): Attributes {
  return prefixed({ event, execution_id: executionId });
}

function prefixed(facts: Readonly<Record<string, string | number | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`confiture.hooks.${name}`, value]));
}

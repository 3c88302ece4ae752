import { HookError } from "./errors/hook-error.js";
import type { Hooks, HooksArguments } from "./hooks.js";
import { executionGraph } from "./observe/execution-graph.js";
import { ExecutionLog } from "./observe/execution-log.js";
import { performanceTrace } from "./observe/performance-trace.js";
import { Reporter } from "./observe/reporter.js";
import { checkHook } from "./register/check-hook.js";
import { checkOptions } from "./register/check-options.js";
import { eventPolicies } from "./register/event-policies.js";
import { HookRegistry } from "./register/hook-registry.js";
import type { AnyOptions } from "./register/hooks-options.js";
import { type RegisteredHook, registeredHook } from "./register/registered-hook.js";
import { systemClock } from "./run/clock.js";
import type { Engine } from "./run/engine.js";
import { runPhase } from "./run/run-phase.js";
import { requestOf } from "./run/trigger-request.js";

/** A vocabulary without types, as plain JavaScript has it. */
type AnyEvents = Record<string, unknown>;

/**
 * A set of hooks of its own. `Events` maps each event to the type of its data; `Fields` are what the owner's hooks have besides
 * an id and the like, and `Metadata` is what the owner hands to them beside the data.
 * @example const hooks = createHooks<{ order_placed: { total: number } }>();
 */
export function createHooks<Events = AnyEvents, Fields = object, Metadata = object>(
  ...[options]: HooksArguments<Events, Fields>
): Hooks<Events, Fields, Metadata> {
  // Inside, an event is a string and its data is unknown; the types of the vocabulary hold for whoever calls.
  const untyped: unknown = hookSet((options ?? {}) as AnyOptions);
  return untyped as Hooks<Events, Fields, Metadata>;
}

function hookSet(options: AnyOptions): Hooks<AnyEvents> {
  checkOptions(options);
  const { fields = {}, onAlert } = options;
  const registry = new HookRegistry();
  const engine = engineOf(options, registry);
  const listing = ({ definition, event, breaker, ...hook }: RegisteredHook) => ({
    id: hook.id,
    event,
    priority: hook.priority,
    dependsOn: hook.dependsOn,
    triggerRule: hook.triggerRule,
    circuit: breaker?.stateAt(engine.clock.now()),
    hook: definition,
  });
  const graph = (executionId: string) => executionGraph(engine.log.entries(), executionId);
  return {
    register: (...hooks) => {
      const added = hooks.map((hook) => {
        checkHook(hook, fields);
        return registeredHook(hook, engine.policyOf(hook.on), onAlert !== undefined);
      });
      registry.add(added);
      // Undoing twice, or behind `unregister`, undoes nothing that others have registered since.
      return () => registry.remove(added.filter((hook) => registry.get(hook.id) === hook));
    },
    unregister: (id) => {
      const hook = registry.get(id);
      if (hook === undefined) {
        throw new HookError("CONFITURE_HOOK_UNKNOWN", `unregister: no hook is registered as ${id}.`, {
          hint: "`list()` tells which are.",
        });
      }
      registry.remove([hook]);
    },
    list: (event) => {
      if (event !== undefined) engine.policyOf(event);
      return (event === undefined ? registry.events() : [event]).flatMap((name) =>
        registry.planOf(name).hooks.map(listing),
      );
    },
    trigger: async (event, data, asked = {}) => engine.run(requestOf(engine, { event, data, options: asked })),
    log: (filter) => engine.log.entries(filter),
    graph,
    trace: (executionId) => {
      const found = graph(executionId);
      return found === undefined ? undefined : performanceTrace(found);
    },
  };
}

function engineOf(options: AnyOptions, registry: HookRegistry): Engine {
  let phases = 0;
  const engine: Engine = {
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    createId: options.createId ?? (() => crypto.randomUUID()),
    maxDepth: options.maxDepth ?? 8,
    log: new ExecutionLog(options.logSize ?? 2_000),
    reporter: new Reporter(options.logger, options.onAlert),
    policyOf: eventPolicies(options),
    planOf: (event, only) => registry.planOf(event, only),
    nextPhase: () => {
      phases += 1;
      return phases;
    },
    run: (request) => runPhase(engine, request),
  };
  return engine;
}

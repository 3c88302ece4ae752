import { ConfitureError } from "@confiture/model";
import { connectDatabase, type EmbeddedServer, openEmbeddedServer } from "@confiture/postgres";
import type { CliContext } from "../context.js";
import { startTraffic, type TrafficReport } from "../demo/application-traffic.js";
import { clearKilledDemos, copyDemoProject, type DemoProject, serverFolderOf } from "../demo/demo-project.js";
import { type TypedCommand, typeCommand } from "../demo/type-command.js";
import type { GlobalFlags } from "../flags.js";
import { formatCount, formatDuration } from "../output/durations.js";
import { type CommandResult, type CommandTools, runCommand } from "../output/run-command.js";

export interface DemoFlags extends GlobalFlags {
  readonly keep: boolean;
}

const seedRows = 400_000;

/** Shows the whole way on a real server: build, look, rehearse, make safe, apply, fail, undo, remember. */
export async function runDemo(this: CliContext, flags: DemoFlags): Promise<void> {
  await runCommand(this, flags, async (tools) => {
    await clearKilledDemos();
    const project = copyDemoProject();
    try {
      await using server = await openEmbeddedServer({
        directory: serverFolderOf(project.directory),
        onProgress: (message) => tools.terminal.note(tools.terminal.paint("dim", message)),
      });
      return await new Demo(this, flags, tools, project, server).play();
    } finally {
      project.end(flags.keep);
    }
  });
}

class Demo {
  readonly #began = performance.now();
  readonly #commands: TypedCommand[] = [];
  readonly #url: string;

  constructor(
    readonly context: CliContext,
    readonly flags: DemoFlags,
    readonly tools: CommandTools,
    readonly project: DemoProject,
    readonly server: EmbeddedServer,
  ) {
    this.#url = server.url("confiture");
  }

  async play(): Promise<CommandResult> {
    this.#say(`PostgreSQL ${this.server.version} is running, with the project in ${this.project.directory}.`);
    await this.#prepareDatabase();
    this.#say("A project is DDL files in order. Build them, and their seed data, into the empty database:");
    await this.#type(["build", "--apply"]);
    const rows = await this.#countRows();
    this.#say(`${formatCount(rows, "row")} are in it now. Two migrations wait:`);
    await this.#type(["migrate", "status"]);
    const risky = await this.#rehearseTheRisky();
    this.#makeSafe();
    const safe = await this.#withTraffic(() => this.#type(["migrate", "up"]));
    this.#say(`${trafficLine(safe)} That is the difference.`);
    await this.#failAndStay();
    this.#say("Back again: the last migration is undone by its own down file.");
    await this.#type(["migrate", "down"]);
    this.#say("Nothing of this is forgotten:");
    await this.#type(["migrate", "history"]);
    return this.#result(rows, { risky, safe });
  }

  async #prepareDatabase(): Promise<void> {
    await using maintenance = connectDatabase(this.server.url());
    await using session = await maintenance.openSession();
    await session.query("create database confiture");
    // The seed files of the project read it.
    await session.query(`alter database confiture set confiture.seed_rows = '${seedRows}'`);
  }

  async #rehearseTheRisky(): Promise<TrafficReport> {
    this.#say(
      "One of them builds an index the plain way. What would that do to those who write meanwhile?",
      "Rehearse it: everything is run for real, measured, and rolled back. An application writes all the while.",
    );
    const traffic = await this.#withTraffic(() => this.#type(["migrate", "up", "--dry-run"]));
    this.#say(`${trafficLine(traffic)} It queued behind the lock on w_order_lines.`);
    return traffic;
  }

  #makeSafe(): void {
    const file = "20260302T090000_find_lines_by_product.up.sql";
    const before = this.project.readMigration(file);
    this.project.addChapter("safe");
    this.#say("So the migration is made safe, by one word:");
    this.#show([
      ...withoutComments(before).map((line) => this.tools.terminal.paint("red", `- ${line}`)),
      ...withoutComments(this.project.readMigration(file)).map((line) =>
        this.tools.terminal.paint("green", `+ ${line}`),
      ),
    ]);
    this.#say("CONCURRENTLY cannot run in a transaction: Confiture sees that and runs it alone. Apply both:");
  }

  async #failAndStay(): Promise<void> {
    this.project.addChapter("failing");
    this.#say("Now one that goes wrong half-way: its last statement meets rows it does not allow.");
    await this.#type(["migrate", "up"], 3);
    this.#say("The table and the rows it had made are rolled back with it. The record says the same:");
    await this.#type(["migrate", "status"]);
  }

  async #type(args: readonly string[], expected = 0): Promise<void> {
    if (this.tools.signal.aborted) throw cancelled();
    const { terminal } = this.tools;
    this.#show([`${terminal.paint("dim", "$")} ${terminal.paint("bold", `confiture ${args.join(" ")}`)}`]);
    const typed = await typeCommand(
      this.context,
      {
        directory: this.project.directory,
        flags: [
          ...(this.flags.color ? [] : ["--no-color"]),
          ...(this.flags.quiet ? ["--quiet"] : []),
          ...(this.flags.verbose ? ["--verbose"] : []),
        ],
        asJson: this.flags.format === "json",
      },
      args,
    );
    if (this.tools.signal.aborted) throw cancelled();
    if (typed.exitCode !== expected) {
      throw new ConfitureError(
        "CONFITURE_DEFECT",
        `\`${typed.command}\` ended with ${typed.exitCode} where the demo expects ${expected}.`,
        { hint: "What it printed is above. Run the demo with --keep to look at the project it left." },
      );
    }
    this.#commands.push(typed);
  }

  async #withTraffic(run: () => Promise<void>): Promise<TrafficReport> {
    const traffic = await startTraffic(this.#url);
    let report: TrafficReport | undefined;
    try {
      await run();
    } finally {
      report = await traffic.stop();
    }
    return report;
  }

  async #countRows(): Promise<number> {
    await using database = connectDatabase(this.#url);
    await using session = await database.openSession();
    const { rows } = await session.query<{ count: string }>(
      `select sum((xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %s', oid::regclass), false, true, '')))[1]::text::bigint)::text as count
       from pg_catalog.pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    return Number(rows[0]?.count);
  }

  #say(...lines: readonly string[]): void {
    if (this.flags.format === "json" || this.flags.quiet) return;
    this.#show(lines.map((line) => this.tools.terminal.paint("cyan", line)));
  }

  #show(lines: readonly string[]): void {
    if (this.flags.format === "json") return;
    this.context.process.stdout.write(`\n${lines.join("\n")}\n`);
  }

  #result(rows: number, traffic: Readonly<Record<string, TrafficReport>>): CommandResult {
    const durationMs = performance.now() - this.#began;
    const kept = this.flags.keep
      ? [`The project is in ${this.project.directory}: go there and type any of the commands above.`]
      : ["The server is stopped and the project removed. Keep both for a closer look: confiture demo --keep"];
    return {
      document: {
        directory: this.flags.keep ? this.project.directory : null,
        server: this.server.version,
        rows,
        traffic,
        commands: this.#commands,
        durationMs,
      },
      lines: [
        "",
        `That took ${formatDuration(durationMs)}. ${kept[0]}`,
        "",
        "Try next, in a folder of your own:",
        ...howToCall(this.context),
        "  confiture init                          a project with a local PostgreSQL",
        '  confiture migrate new "my first change" the files of a migration',
        "  confiture migrate up --dry-run          what it would do, measured",
        "  confiture migrate validate --stairway --base ddl   proof that every migration can be undone",
        "  confiture migrate baseline --help       how to begin with a database that is already there",
      ],
    };
  }
}

function trafficLine({ writes, slowestMs }: TrafficReport): string {
  return `Meanwhile the application made ${formatCount(writes, "write")}; the slowest waited ${formatDuration(slowestMs)}.`;
}

function withoutComments(sql: string): readonly string[] {
  return sql.split("\n").filter((line) => line !== "" && !line.startsWith("--"));
}

/** From a clone there is no `confiture` on the PATH. */
function howToCall({ process }: CliContext): readonly string[] {
  const [program = ""] = process.argv.slice(1);
  return program.endsWith("bin.js") ? [`  alias confiture="node ${program}"`] : [];
}

function cancelled(): ConfitureError {
  return new ConfitureError("CONFITURE_CANCELLED", "The demo was cancelled.", {
    hint: "Its server is stopped and its project removed.",
  });
}

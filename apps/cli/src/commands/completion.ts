import { ConfitureError, exitCodeOf, isConfitureError } from "@confiture/model";
import type { CliContext } from "../context.js";
import { errorLines } from "../output/print-error.js";

// Each script asks `confiture completion propose -- <words>` for what may stand next, so none goes stale.
const scripts: Readonly<Record<string, string>> = {
  bash: `_confiture() {
  local IFS=$'\\n'
  COMPREPLY=($(confiture completion propose -- "\${COMP_WORDS[@]:1:$COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _confiture confiture
`,
  zsh: `#compdef confiture
_confiture() {
  local -a proposals
  proposals=("\${(@f)$(confiture completion propose -- "\${(@)words[2,$CURRENT]}" 2>/dev/null)}")
  compadd -a proposals
}
compdef _confiture confiture
`,
  fish: `function __confiture_propose
  set -l words (commandline -opc) (commandline -ct)
  confiture completion propose -- $words[2..-1] 2>/dev/null
end
complete -c confiture -f -a '(__confiture_propose)'
`,
};

export async function runCompletion(
  this: CliContext,
  _flags: Record<never, never>,
  ...[shell, ...words]: string[]
): Promise<void> {
  try {
    this.process.stdout.write(
      shell === "propose" ? lines(await this.propose(words)) : scriptFor(shell, this.env.SHELL),
    );
  } catch (error) {
    if (!isConfitureError(error)) throw error;
    this.process.stderr.write(`${errorLines(error, false).join("\n")}\n`);
    this.process.exitCode = exitCodeOf(error.code);
  }
}

function scriptFor(asked: string | undefined, loginShell: string | undefined): string {
  const shell = asked ?? loginShell?.split("/").at(-1) ?? "";
  const script = scripts[shell];
  if (script === undefined) {
    throw new ConfitureError(
      "CONFITURE_USAGE",
      asked === undefined ? "Name the shell to complete in." : `There is no completion for \`${asked}\`.`,
      { hint: `One of: ${Object.keys(scripts).join(", ")}.` },
    );
  }
  return script;
}

function lines(proposals: readonly string[]): string {
  return proposals.map((proposal) => `${proposal}\n`).join("");
}

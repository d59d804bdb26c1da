import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

interface OptionWords {
  /** `--output`, and `-o` where there is one. */
  readonly flags: readonly string[];
  readonly about: string;
  readonly choices: readonly string[];
  /** What the option takes is in the file system. */
  readonly isPath: boolean;
}

interface Words {
  readonly command: string;
  readonly about: string;
  readonly options: readonly OptionWords[];
  /** What stands behind the command itself: `bash`, `zsh` or `fish`. */
  readonly choices: readonly string[];
}

/** What a shell is to offer, out of the commands as they are declared. */
function wordsOf(program: Command): Words[] {
  return program.commands.map(command => ({
    command: command.name(),
    about: command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map(({ short, long, description, argChoices = [], flags }) => ({
        flags: [long, short].filter(flag => flag !== undefined),
        about: description,
        choices: argChoices,
        isPath: /<(?:file|folder)>/.test(flags),
      })),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));
}

/** The script that teaches a shell the commands, their options, and the words that an option takes. */
export function completionFor(shell: Shell, program: Command): string {
  const words = wordsOf(program);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](words);
}

function bashScript(words: readonly Words[]): string {
  const cases = words.map(
    ({ command, options, choices }) =>
      `    ${command}) words="${[...choices, ...options.flatMap(({ flags }) => flags.slice(0, 1))].join(' ')}" ;;`,
  );
  const all = words.flatMap(({ options }) => options);
  const choices = [
    ...new Map(all.filter(one => one.choices.length > 0).map(one => [one.flags.join('|'), one])).entries(),
  ];
  const paths = [...new Set(all.filter(({ isPath }) => isPath).flatMap(({ flags }) => flags))];
  return `# fairlead completion bash: source it, or put it into /etc/bash_completion.d
_fairlead() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    ${paths.join('|')}) local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$current")); return ;;
${choices.map(([flags, { choices: some }]) => `    ${flags}) words="${some.join(' ')}" ;;`).join('\n')}
  esac
  [ -n "$words" ] || case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${[...words.map(({ command }) => command), 'help', '--help', '--version'].join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _fairlead fairlead`;
}

function zshScript(words: readonly Words[]): string {
  return `#compdef fairlead
# fairlead completion zsh: source it after compinit
autoload -U +X bashcompinit && bashcompinit
${bashScript(words)}`;
}

function fishScript(words: readonly Words[]): string {
  const text = (about: string) => `'${about.replaceAll(/['\\]/g, '\\$&')}'`;
  const lines = words.flatMap(({ command, about, options, choices }) => [
    `complete -c fairlead -n __fish_use_subcommand -f -a ${command} -d ${text(about)}`,
    ...(choices.length > 0
      ? [`complete -c fairlead -n '__fish_seen_subcommand_from ${command}' -f -a ${text(choices.join(' '))}`]
      : []),
    ...options.map(({ flags, about: what, choices: some, isPath }) => {
      const named = flags
        .map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
        .join(' ');
      const values = some.length > 0 ? ` -x -a ${text(some.join(' '))}` : isPath ? ' -r -F' : '';
      return `complete -c fairlead -n '__fish_seen_subcommand_from ${command}' ${named}${values} -d ${text(what)}`;
    }),
  ]);
  return ['# fairlead completion fish: put it into ~/.config/fish/completions/fairlead.fish', ...lines].join('\n');
}

import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

interface Words {
  readonly command: string;
  readonly about: string;
  readonly options: readonly { readonly flag: string; readonly about: string; readonly choices: readonly string[] }[];
}

/** What a shell is to offer, out of the commands as they are declared. */
function wordsOf(program: Command): Words[] {
  return program.commands.map(command => ({
    command: command.name(),
    about: command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .flatMap(option =>
        option.long ? [{ flag: option.long, about: option.description, choices: option.argChoices ?? [] }] : [],
      ),
  }));
}

/** The script that teaches a shell the commands, their options, and the words that an option takes. */
export function completionFor(shell: Shell, program: Command): string {
  const words = wordsOf(program);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](words);
}

function bashScript(words: readonly Words[]): string {
  const cases = words.map(
    ({ command, options }) => `    ${command}) words="${options.map(({ flag }) => flag).join(' ')}" ;;`,
  );
  const choices = choicesOf(words).map(([flag, some]) => `    ${flag}) words="${some.join(' ')}" ;;`);
  return `# fairlead completion bash: source it, or put it into /etc/bash_completion.d
_fairlead() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --config|-c) COMPREPLY=($(compgen -f -- "$current")); return ;;
${choices.join('\n')}
  esac
  [ -n "$words" ] || case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${words.map(({ command }) => command).join(' ')}" ;;
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
  const lines = words.flatMap(({ command, about, options }) => [
    `complete -c fairlead -n __fish_use_subcommand -f -a ${command} -d ${text(about)}`,
    ...options.map(({ flag, about: what, choices }) => {
      const values = choices.length > 0 ? ` -x -a ${text(choices.join(' '))}` : '';
      return `complete -c fairlead -n '__fish_seen_subcommand_from ${command}' -l ${flag.slice(2)}${values} -d ${text(what)}`;
    }),
  ]);
  return ['# fairlead completion fish: put it into ~/.config/fish/completions/fairlead.fish', ...lines].join('\n');
}

function choicesOf(words: readonly Words[]): [string, readonly string[]][] {
  const all = words.flatMap(({ options }) => options).filter(({ choices }) => choices.length > 0);
  return [...new Map(all.map(({ flag, choices }) => [flag, choices])).entries()];
}

import type { TextOptions } from './table.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whether to colour: not with `--no-color`; then as the environment says, in the way of other programs: FORCE_COLOR (0: none),
 * NO_COLOR (https://no-color.org), TERM=dumb; else on a terminal.
 */
function wantsColour(allowed: boolean, env: Env, terminal: boolean): boolean {
  if (!allowed) return false;
  if (env.FORCE_COLOR !== undefined) return !/^(?:0|false)$/.test(env.FORCE_COLOR);
  return terminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Colours and width of a stream. A pipe has none, unless somebody says so: `watch` does, of what it shows. */
export function terminalOptions(
  { isTTY = false, columns = 0 }: { readonly isTTY?: boolean; readonly columns?: number },
  env: Env,
  colour = true,
): Pick<TextOptions, 'colour' | 'width'> {
  const width = (isTTY && columns) || Number(env.COLUMNS);
  return { colour: wantsColour(colour, env, isTTY), ...(width > 0 && { width }) };
}

import { ConfigError, parseConfig } from '../../lib/config/index.ts';
import type { ParseOptions } from '../../lib/config/load.ts';

export const FILE = '/etc/fairlead/fairlead.yml';

/** The least that a config needs. */
export const MINIMAL = 'clusters: [{name: demo, region: eu-west-1}]\n';

export const parse = (text: string, options: Partial<ParseOptions> = {}) =>
  parseConfig(text, { file: FILE, env: {}, ...options });

/** The config of a minimal file with these lines added. */
export const withLines = (...lines: string[]) => parse(MINIMAL + lines.join('\n'));

/** The problems of a text as `path: message`, without file, line and column; a text that is fine fails the test. */
export function problemsOf(text: string, options: Partial<ParseOptions> = {}): string[] {
  const { message } = errorOf(text, options);
  return message.split('\n').map(line => line.replace(/^[^:]+(:\d+:\d+)?: /, ''));
}

export function errorOf(text: string, options: Partial<ParseOptions> = {}): ConfigError {
  try {
    parse(text, options);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('a ConfigError was expected');
}

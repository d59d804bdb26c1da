import { printableJson } from '../../lib/printable.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** One JSON object a line, so that a machine can read it, and a terminal obeys none of it (`kubectl logs`). */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

export function createLog(write: (line: string) => void, now: () => number): Log {
  const at = (level: string) => (message: string, fields?: Fields) =>
    write(`${printableJson({ time: new Date(now()).toISOString(), level, message, ...fields })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

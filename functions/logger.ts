import { Logger } from '@aws-lambda-powertools/logger';
import { printable } from '../lib/printable.ts';

/** JSON has some control characters as they are: whoever reads the log in a terminal (`sls logs`, `aws logs tail`) gets none. */
export function createLogger(): Logger {
  return new Logger({ jsonReplacerFn: (_key, value) => (typeof value === 'string' ? printable(value) : value) });
}

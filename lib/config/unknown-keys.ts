import { FLAGS, type Flag } from './flags.ts';
import { keyPaths } from './key-paths.ts';
import { fileSchema } from './schema.ts';

/** `txt-owner-id`, `--txt-owner-id` and `txtOwnerId` are one word to a person. */
const folded = (key: string) => key.toLowerCase().replace(/[-_ ]/g, '');

/**
 * What an unknown key is called here, where it is a flag of ExternalDNS, or a key that belongs elsewhere in the file.
 *
 * @param said what is said otherwise
 */
export function adviceFor(key: string, said: string): string {
  const flag = FLAGS.find(({ flag: one }) => folded(one) === folded(key));
  if (flag) return `is ExternalDNS's: ${called(flag)}`;
  if (said.includes('did you mean')) return said;
  const elsewhere = keyPaths(fileSchema).filter(path => folded(path.slice(path.lastIndexOf('.') + 1)) === folded(key));
  return elsewhere.length === 0 ? said : `is not a key of this place: write it as ${elsewhere.join(' or ')}`;
}

const called = (flag: Flag) =>
  flag.kind === 'key' ? `here it is ${flag.keys.join(' and ')}` : `it is no key of this file: ${flag.why}`;

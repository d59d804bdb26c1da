import type { SecretPlace } from '../../lib/aws/secret-place.ts';
// At once, not when a secret is fetched first: of what is loaded late the bundler keeps all, of this what is used.
import { fromSecretsManager, fromSsm } from '../../lib/aws/secret-stores.ts';
import { isSigned, secretsIn } from '../../lib/notice/index.ts';
import type { Caller } from './create.ts';

/** Milliseconds for which secrets are taken as fetched. */
const KEEP_MS = 5 * 60_000;
/** Milliseconds between two fetches at least, however many requests bear a signature that is not known. */
const PAUSE_MS = 10_000;

interface Fetched {
  readonly secrets: readonly string[];
  readonly at: number;
}

/**
 * Verifies signatures with the secrets of a place, which are kept between requests. A signature that none of them made
 * may be of a newer secret: they are fetched again, at most every ten seconds. While they cannot be fetched, those that
 * were good last are: a request that anybody can send must not be what takes them away.
 *
 * @returns a function that throws what `fetch` throws, while there was never a secret
 */
export function verifier(fetch: () => Promise<readonly string[]>, now: () => number) {
  let good: Fetched | undefined;
  let tried = Number.NEGATIVE_INFINITY;
  let underWay: Promise<Fetched> | undefined;
  const refetch = async (): Promise<Fetched> => {
    tried = now();
    good = { secrets: await fetch(), at: tried };
    return good;
  };
  /** The secrets, fetched again where the last attempt is long enough ago; several requests wait for one. */
  const freshly = async (): Promise<Fetched> => {
    if (good && now() - tried < PAUSE_MS && underWay === undefined) return good;
    underWay ??= refetch().finally(() => {
      underWay = undefined;
    });
    try {
      return await underWay;
    } catch (error) {
      if (good) return good;
      throw error;
    }
  };
  return async ({ body, headers }: Pick<Caller, 'body' | 'headers'>): Promise<boolean> => {
    const kept = good && now() - good.at <= KEEP_MS ? good : await freshly();
    if (isSigned(body, headers, kept.secrets, now())) return true;
    const newer = await freshly();
    return newer !== kept && isSigned(body, headers, newer.secrets, now());
  };
}

/** Fetches the secrets anew. @throws UnusableSecret, and what the store's client throws */
export async function fetchSecrets({ store, name }: SecretPlace): Promise<readonly string[]> {
  const text = await (store === 'ssm' ? fromSsm(name) : fromSecretsManager(name));
  return secretsIn(text ?? '', `${store}:${name}`);
}

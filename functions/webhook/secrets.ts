import { isSigned, secretsIn } from '../../lib/notice/index.ts';
import type { Caller } from './create.ts';

/** Where the shared secret is kept: a parameter of the SSM Parameter Store, or a secret of Secrets Manager. */
export interface SecretPlace {
  readonly store: 'ssm' | 'secretsmanager';
  /** Name or ARN. */
  readonly name: string;
}

export function parseSecretPlace(text: string): SecretPlace | undefined {
  const [, store, name] = /^(ssm|secretsmanager):(\S+)$/.exec(text) ?? [];
  return name === undefined ? undefined : { store: store as SecretPlace['store'], name };
}

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
 * may be of a newer secret: they are fetched again, at most every ten seconds.
 */
export function verifier(fetch: () => Promise<readonly string[]>, now: () => number) {
  let known: Promise<Fetched> | undefined;
  const refetch = () => {
    known = fetch().then(secrets => ({ secrets, at: now() }));
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  return async ({ body, headers }: Pick<Caller, 'body' | 'headers'>): Promise<boolean> => {
    let fetched = await (known ?? refetch());
    if (now() - fetched.at > KEEP_MS) fetched = await refetch();
    if (isSigned(body, headers, fetched.secrets, now())) return true;
    if (now() - fetched.at < PAUSE_MS) return false;
    return isSigned(body, headers, (await refetch()).secrets, now());
  };
}

/** Fetches the secrets anew. @throws UnusableSecret, and what the store's client throws */
export async function fetchSecrets({ store, name }: SecretPlace): Promise<readonly string[]> {
  const stores = await import('./secret-stores.ts');
  const text = await (store === 'ssm' ? stores.fromSsm(name) : stores.fromSecretsManager(name));
  return secretsIn(text ?? '', `${store}:${name}`);
}

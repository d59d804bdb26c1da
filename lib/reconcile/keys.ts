import { parseSecretPlace } from '../aws/secret-place.ts';
// At once, not when a key is read first: of what is loaded late the bundler keeps all, of this what is used.
import { fromSecretsManager, fromSsm, type StoreAccess } from '../aws/secret-stores.ts';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../reason.ts';
import { createKeyring, type Keyring, PLAIN, parseKey } from '../registry/index.ts';

/** A key of the registry that cannot be had: without it no run is made. */
class UnusableKey extends Error {
  override readonly name = 'UnusableKey';
}

/** So long keys are taken as fetched: a key that was changed in its store is in use soon, and no run waits for it. */
const KEEP_MS = 5 * 60_000;

type Env = Readonly<Record<string, string | undefined>>;

/** What the keys of the registry are read with. */
export interface KeyAccess extends StoreAccess {
  readonly env: Env;
  readonly clock: Clock;
}

/**
 * Gives the keys of the places that `registry.encryptionKey` names, in that order. They are kept for a while, and nowhere but
 * in memory.
 */
export function keysFrom(places: readonly string[], access: KeyAccess): () => Promise<Keyring | undefined> {
  let kept: { readonly keys: Keyring; readonly texts: readonly string[]; readonly at: number } | undefined;
  return async () => {
    if (places.length === 0) return undefined;
    const now = access.clock.now();
    if (kept && now >= kept.at && now - kept.at < KEEP_MS) return kept.keys;
    const texts = await Promise.all(places.map(place => textOf(place, access)));
    // The same keys: what was opened with them stays opened.
    const same = kept?.texts.every((text, i) => text === texts[i]) === true;
    const keys = texts.map((text, i) => keyOf(text, places[i] as string)) as [Buffer | typeof PLAIN];
    kept = { keys: same && kept ? kept.keys : createKeyring(keys), texts, at: now };
    return kept.keys;
  };
}

async function textOf(place: string, { env, clock: _, ...store }: KeyAccess): Promise<string> {
  const variable = place.startsWith('env:') ? place.slice(4) : undefined;
  const secret = parseSecretPlace(place);
  if (variable === undefined && !secret) return place;
  const text = secret ? await fetched(secret, place, store) : env[variable as string];
  if (text) return text;
  const missing = secret ? 'it has no text' : 'the environment has no such variable';
  throw new UnusableKey(`registry.encryptionKey: the key ${place} could not be read: ${missing}`);
}

async function fetched(
  { store, name }: NonNullable<ReturnType<typeof parseSecretPlace>>,
  place: string,
  access: StoreAccess,
): Promise<string | undefined> {
  try {
    return await (store === 'ssm' ? fromSsm(name, access) : fromSecretsManager(name, access));
  } catch (error) {
    const message = `registry.encryptionKey: the key ${place} could not be read: ${reasonOf(error)}`;
    throw new UnusableKey(message, { cause: error });
  }
}

/** The message says nothing of what the text is. */
function keyOf(text: string, place: string): Buffer | typeof PLAIN {
  if (place === PLAIN) return PLAIN;
  // As it is; or without the line's end that an editor or a shell adds.
  const key = parseKey(text) ?? parseKey(text.trim());
  if (key) return key;
  throw new UnusableKey(
    `registry.encryptionKey: what ${place} has is no key: it must be 32 characters, or base64 of 32 bytes`,
  );
}

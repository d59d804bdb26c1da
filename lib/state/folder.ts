import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StateConflict, type StateStore } from './store.ts';

/** A lock file older than this (milliseconds) was left by a process that died. Writes take a few milliseconds. */
const LOCK_AGE = 10_000;
const LOCK_WAIT = 20;

const versionOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * One file a key in a folder, written beside and renamed, so that a reader never sees half a file. Processes on one
 * machine keep out of each other's way with a lock file per key. The version is the content's SHA-256.
 */
export function createFolderStore(folder: string): StateStore {
  const pathOf = (key: string) => join(folder, ...key.split('/').map(part => part.replace(/^\.+/, '_')));
  const current = async (path: string) => {
    const bytes = await readOrUndefined(path);
    return bytes && { bytes, version: versionOf(bytes) };
  };
  const exclusively = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const lock = `${path}.lock`;
    await acquire(lock);
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  };
  return {
    async get(key, known) {
      const stored = await current(pathOf(key));
      return stored !== undefined && stored.version === known ? 'unchanged' : stored;
    },
    put: (key, bytes, expected) =>
      exclusively(pathOf(key), async () => {
        const path = pathOf(key);
        if ((await current(path))?.version !== expected)
          throw new StateConflict(`${path} was written by somebody else`);
        const fresh = `${path}.${randomUUID()}.tmp`;
        await writeFile(fresh, bytes, { mode: 0o600 });
        await rename(fresh, path);
        return versionOf(bytes);
      }),
    remove: (key, expected) =>
      exclusively(pathOf(key), async () => {
        const stored = await current(pathOf(key));
        if (stored && stored.version !== expected)
          throw new StateConflict(`${pathOf(key)} was written by somebody else`);
        if (stored) await unlink(pathOf(key));
      }),
    expire: (prefix, before) => removeOlder(pathOf(prefix), before),
  };
}

/** A file that another process removes at the same time is gone, too. */
async function removeOlder(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: before }));
    if (mtimeMs < before) await rm(path, { force: true });
  }
}

const isCode = (error: unknown, code: string) => (error as NodeJS.ErrnoException).code === code;

async function readOrUndefined(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @throws Error when the lock is there still though whoever had it has had more than enough time. */
async function acquire(lock: string): Promise<void> {
  for (let waited = 0; ; waited += LOCK_WAIT) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      return;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      if (waited > LOCK_AGE + LOCK_WAIT * 50) throw new Error(`${lock} does not go away; remove it`, { cause: error });
      await breakOldLock(lock);
      await new Promise(resolve => setTimeout(resolve, LOCK_WAIT));
    }
  }
}

/** A lock from the future was written by a clock that was wrong then. */
async function breakOldLock(lock: string): Promise<void> {
  try {
    if (Math.abs(Date.now() - (await stat(lock)).mtimeMs) > LOCK_AGE) await rm(lock, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';

export interface StoredBytes {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** What a request says about the version that it expects. */
export interface Preconditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** The objects of one bucket, under S3's preconditions (User Guide, "Conditional requests"). */
export class Bucket {
  readonly #objects = new Map<string, StoredBytes>();

  get size(): number {
    return this.#objects.size;
  }

  /** `unchanged` when the caller has the newest version. Throws S3Error NoSuchKey, PreconditionFailed. */
  get(key: string, { ifMatch, ifNoneMatch }: Preconditions): StoredBytes | 'unchanged' {
    const stored = this.#objects.get(key);
    if (!stored) throw noSuchKey(key);
    if (ifMatch !== undefined && ifMatch !== stored.etag) throw preconditionFailed('If-Match');
    return ifNoneMatch === stored.etag ? 'unchanged' : stored;
  }

  /** The new version's ETag. Throws S3Error NoSuchKey, PreconditionFailed. */
  put(key: string, bytes: Buffer, preconditions: Preconditions): string {
    this.#check(key, preconditions);
    const etag = etagOf(bytes);
    this.#objects.set(key, { bytes, etag });
    return etag;
  }

  /** Throws S3Error NoSuchKey, PreconditionFailed; without a condition a key that is gone is fine. */
  delete(key: string, preconditions: Preconditions): void {
    this.#check(key, preconditions);
    this.#objects.delete(key);
  }

  #check(key: string, { ifMatch, ifNoneMatch }: Preconditions): void {
    const stored = this.#objects.get(key);
    if (ifMatch !== undefined && !stored) throw noSuchKey(key);
    if (ifMatch !== undefined && ifMatch !== stored?.etag) throw preconditionFailed('If-Match');
    if (ifNoneMatch === '*' && stored) throw preconditionFailed('If-None-Match');
  }
}

function noSuchKey(key: string): S3Error {
  return new S3Error(404, 'NoSuchKey', `The specified key does not exist: ${key}`);
}

function preconditionFailed(condition: string): S3Error {
  const message = `At least one of the pre-conditions you specified did not hold: ${condition}`;
  return new S3Error(412, 'PreconditionFailed', message);
}

import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { awsClient, ForeignAnswer } from '../aws/index.ts';
import { once } from '../once.ts';
import { StateConflict, type StateStore } from './store.ts';

interface S3Failure {
  readonly name: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What S3 itself answers: a proxy's 404 says nothing of a key. */
const failed = (error: unknown, status: number) =>
  !(error instanceof ForeignAnswer) && (error as S3Failure).$metadata?.httpStatusCode === status;

/** No such key; that there is no such bucket is a fault, which no other writer made. */
const isAbsent = (error: unknown) => failed(error, 404) && (error as S3Failure).name !== 'NoSuchBucket';

/**
 * One object a key in an S3 bucket, written with `If-Match` / `If-None-Match` (S3 User Guide, "Conditional writes"); the
 * version is the ETag.
 */
export function createS3Store(bucket: string, prefix: string, config: S3ClientConfig = {}): StateStore {
  // Loaded at the first use: a command whose state is a folder need not start an S3 client.
  const load = once(() =>
    import('./s3-client.ts').then(s3 => ({
      s3,
      client: awsClient(s3.S3Client, { maxAttempts: 2, ...config }),
    })),
  );
  const at = (key: string) => ({ Bucket: bucket, Key: prefix === '' ? key : `${prefix.replace(/\/$/, '')}/${key}` });
  return {
    async get(key, known) {
      const { s3, client } = await load();
      try {
        const object = await client.send(
          new s3.GetObjectCommand({ ...at(key), ...(known !== undefined && { IfNoneMatch: known }) }),
        );
        const bytes = await object.Body?.transformToByteArray();
        return bytes && object.ETag !== undefined ? { bytes, version: object.ETag } : undefined;
      } catch (error) {
        if (failed(error, 304)) return 'unchanged';
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async put(key, bytes, expected) {
      const { s3, client } = await load();
      const condition = expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected };
      try {
        const { ETag } = await client.send(
          new s3.PutObjectCommand({ ...at(key), Body: bytes, ContentType: 'application/octet-stream', ...condition }),
        );
        return ETag ?? '';
      } catch (error) {
        throw conflictOr(error, key);
      }
    },
    async remove(key, expected) {
      const { s3, client } = await load();
      try {
        await client.send(new s3.DeleteObjectCommand({ ...at(key), IfMatch: expected }));
      } catch (error) {
        if (!isAbsent(error)) throw conflictOr(error, key);
      }
    },
  };
}

/** 412 (the condition does not hold), 409 (another write at the same time) and an absent key (gone meanwhile) are conflicts. */
function conflictOr(error: unknown, key: string): unknown {
  const lost = failed(error, 412) || failed(error, 409) || isAbsent(error);
  return lost ? new StateConflict(`${key} was written by somebody else`, { cause: error }) : error;
}

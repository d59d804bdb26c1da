import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from '../../../../local/world.ts';
import { rejection, s3 } from '../../clients.ts';

// What preconditions do is in test/state/contract.test.ts, over this S3 and others.
let world: World;
let client: S3Client;

beforeEach(async () => {
  world = await startWorld();
  world.s3.createBucket('bucket');
  client = s3(world);
});
afterEach(async () => {
  client.destroy();
  await world.close();
});

const at = (Key: string) => ({ Bucket: 'bucket', Key });

test('keys are any text, and content any bytes', async () => {
  const Key = "zone/ä b+c%20'(1)*~/=?&.gz";
  const Body = Buffer.from([0, 255, 13, 10, 128]);
  await client.send(new PutObjectCommand({ ...at(Key), Body }));
  const { Body: read } = await client.send(new GetObjectCommand(at(Key)));
  expect(Buffer.from(await read!.transformToByteArray())).toEqual(Body);
  await client.send(new DeleteObjectCommand(at(Key)));
  expect(await rejection(client.send(new GetObjectCommand(at(Key))))).toMatch(/^NoSuchKey/);
});

test('a bucket that is not there, a stranger and a wrong secret are refused', async () => {
  expect(await rejection(client.send(new GetObjectCommand({ Bucket: 'other', Key: 'a' })))).toMatch(/^NoSuchBucket/);
  const stranger = s3(world, { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'no' } });
  expect(await rejection(stranger.send(new PutObjectCommand({ ...at('a'), Body: 'x' })))).toMatch(
    /^InvalidAccessKeyId/,
  );
  const accessKeyId = world.env().AWS_ACCESS_KEY_ID ?? '';
  const liar = s3(world, { credentials: { accessKeyId, secretAccessKey: 'wrong' } });
  expect(await rejection(liar.send(new PutObjectCommand({ ...at('a'), Body: 'x' })))).toMatch(/^SignatureDoesNotMatch/);
});

test('content that is not what was signed is refused', async () => {
  client.middlewareStack.add(
    next => args => {
      Object.assign(args.request as object, { body: 'forged' });
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'forge' },
  );
  const put = new PutObjectCommand({ ...at('a'), Body: 'honest' });
  expect(await rejection(client.send(put))).toMatch(/^XAmzContentSHA256Mismatch/);
});

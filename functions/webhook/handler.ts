import { SQSClient } from '@aws-sdk/client-sqs';
import { awsClient } from '../../lib/aws/index.ts';
import { sendNotice } from '../../lib/notice/queue.ts';
import { maySpeakFor } from './callers.ts';
import { createHandler } from './create.ts';
import { fetchSecrets, verifier } from './secrets.ts';
import { readSettings } from './settings.ts';

// Once for each instance of the function: settings it cannot work with fail its start, and say why in the log.
const { queueUrl, shards, secret, callers } = readSettings(process.env);
const sqs = awsClient(SQSClient, {});

export const handler = createHandler({
  authenticate: secret ? verifier(() => fetchSecrets(secret), Date.now) : async ({ principal }) => !!principal,
  ...(callers && { maySpeakFor: ({ principal }, cluster) => maySpeakFor(callers, principal, cluster) }),
  shardOf: cluster => shards.get(cluster),
  enqueue: (notice, shard) => sendNotice(sqs, queueUrl, notice, shard),
});

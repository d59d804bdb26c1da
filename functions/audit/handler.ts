import { SQSClient } from '@aws-sdk/client-sqs';
import { awsClient } from '../../lib/aws/index.ts';
import { readDeployed } from '../../lib/notice/deployed.ts';
import { sendNotice } from '../../lib/notice/queue.ts';
import { createHandler } from './create.ts';

// Once for each instance of the function: settings it cannot work with fail its start, and say why in the log.
const { queueUrl, shards } = readDeployed(process.env);
const sqs = awsClient(SQSClient, {});

export const handler = createHandler({
  shardOf: cluster => shards.get(cluster),
  enqueue: (notice, shard) => sendNotice(sqs, queueUrl, notice, shard),
});

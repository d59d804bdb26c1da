import { resolve } from 'node:path';
import { loadConfig } from '../../lib/config/index.ts';
import { composePorts, reconcile } from '../../lib/reconcile/index.ts';
import { streamTo } from '../../lib/stream.ts';
import { createHandler } from './create.ts';
import { retryThrough } from './redelivery.ts';

// Once for each instance of the function: a config that cannot be loaded fails its start, and says why in the log.
const taskRoot = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
const config = loadConfig(resolve(taskRoot, process.env.FAIRLEAD_CONFIG ?? 'fairlead.yml'), process.env);
const ports = composePorts(config, process.env);
const queueUrl = process.env.FAIRLEAD_QUEUE_URL;
const bus = process.env.FAIRLEAD_EVENT_BUS;

export const handler = createHandler({
  known: { clusters: config.clusters.map(({ name }) => name), shards: config.shards.map(({ name }) => name) },
  reconcile: (request, { holder, ...run }) => reconcile(request, { config, ports: { ...ports, holder }, ...run }),
  ...(queueUrl && { retrySoon: retryThrough(queueUrl) }),
  ...(bus && { stream: streamTo(bus, process.env.POWERTOOLS_SERVICE_NAME ?? 'fairlead') }),
});

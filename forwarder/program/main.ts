// The forwarder: one bundled file that Node runs as the first process of a pod. README.md says how.
import { reasonOf } from '../../lib/reason.ts';
import { connect } from './api-server.ts';
import { forwarderClock as clock } from './clock.ts';
import { podCredentials } from './credentials.ts';
import { createForwarder } from './forwarder.ts';
import { createLog } from './log.ts';
import { portOf, serveProbes } from './serve.ts';
import { loadSettings, type Settings } from './settings.ts';
import { hmacSigner, iamSigner, type Signer } from './signers.ts';
import { webhookPost } from './webhook.ts';

const DEFAULT_SETTINGS = '/etc/fairlead/forwarder.json';

/** Milliseconds to send what is pending; a pod has 30 seconds by default before it is killed. */
const LEAVE_IN = 5_000;

const { env } = process;
const log = createLog(line => process.stdout.write(line), clock.now);

function signerFor({ url, auth }: Settings['webhook']): Signer {
  if (auth.kind === 'hmac') return hmacSigner(auth.secretFile, clock.now);
  return iamSigner(url, auth.region, podCredentials(env, clock.now), clock.now);
}

async function main(): Promise<void> {
  const settings = loadSettings(env.FAIRLEAD_FORWARDER_CONFIG || DEFAULT_SETTINGS, env);
  const connection = await connect(settings.cluster, env);
  const sign = signerFor(settings.webhook);
  // A secret that cannot be used is a mistake of the settings; AWS credentials may yet come.
  if (settings.webhook.auth.kind === 'hmac') await sign('');
  const post = webhookPost(settings.webhook.url, sign);
  const forwarder = createForwarder(settings, { connection, post, clock, log });
  const server = await serveProbes(forwarder, settings.port, settings.host);
  const { cluster, sources, filters } = settings;
  const only = filters.namespaces.length > 0 ? { namespaces: filters.namespaces } : {};
  log.info('started', { cluster, sources, ...only, webhook: new URL(settings.webhook.url).host, port: portOf(server) });
  const leave = (signal: string) => {
    log.info('leaving', { signal });
    forwarder.stop();
    setTimeout(() => {
      log.warn('left with something unsent', { advice: 'the next start says that anything may have changed' });
      process.exit(0);
    }, LEAVE_IN);
  };
  process.once('SIGTERM', leave).once('SIGINT', leave);
  await forwarder.run();
  log.info('left');
  process.exit(0);
}

main().catch((error: unknown) => {
  // Problems of the settings have a line each; a log line is one.
  const message = error instanceof Error ? error.message.replaceAll('\n', ' | ') : reasonOf(error);
  log.error('could not go on', { error: message });
  process.exit(1);
});

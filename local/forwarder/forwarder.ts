import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../lib/config/config.ts';
import type { LocalCluster } from '../emulators/kubernetes/cluster.ts';
import { temporaryFolder } from '../temporary.ts';

export interface ForwarderOptions {
  /** Absolute path of the program. */
  readonly program: string;
  readonly cluster: LocalCluster;
  readonly config: Config;
  readonly webhookUrl: string;
  /** The AWS_* variables whose keys sign the notices. */
  readonly env: Readonly<Record<string, string>>;
  /** Gets what it writes to its log. */
  readonly onLog?: (text: string) => void;
}

/** The forwarder of a cluster, in a process of its own. */
export interface Forwarder {
  /** Resolves when the process has ended, with what it wrote last. */
  readonly ended: Promise<string>;
  /** Asks it to end, as Kubernetes does, and waits until it has. */
  close(): Promise<void>;
}

const EXIT_WITH_PARENT = fileURLToPath(new URL('../exit-with-parent.ts', import.meta.url));
/** It takes five seconds at most to send what is pending. */
const PATIENCE_MS = 7_000;

/** Starts the forwarder as a cluster's pod would, but outside of it: with a kubeconfig, and keys from the environment. */
export function startForwarder(options: ForwarderOptions): Forwarder {
  const folder = temporaryFolder('forwarder');
  const file = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text, { mode: 0o600 });
    return join(folder.path, name);
  };
  const child = fork(options.program, [], {
    env: {
      PATH: process.env.PATH ?? '',
      ...options.env,
      KUBECONFIG: file('kubeconfig', options.cluster.kubeconfig()),
      FAIRLEAD_FORWARDER_CONFIG: file('forwarder.json', JSON.stringify(settingsOf(options))),
    },
    execArgv: ['--import', EXIT_WITH_PARENT],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // Ctrl-C goes to all that the terminal runs; this one is ended in its turn
  });
  let last = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      last = text;
      options.onLog?.(text);
    });
  const ended = once(child, 'exit').then(() => {
    folder.remove();
    return last;
  });
  return {
    ended,
    close: async () => {
      const impatient = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(impatient);
    },
  };
}

function settingsOf({ cluster, config, webhookUrl, env }: ForwarderOptions) {
  return {
    cluster: cluster.name,
    webhook: { url: webhookUrl, auth: 'iam', region: env.AWS_REGION },
    ...seenOf(config),
    port: 0,
    host: '127.0.0.1',
  };
}

/** What a forwarder has to know of a config. */
export function seenOf(config: Config) {
  const { types, targetNets, excludeTargetNets, defaultTargets } = config.records;
  return {
    sources: config.sources,
    annotationPrefixes: config.annotationPrefixes,
    hostnames: config.hostnames,
    gateway: config.gateway,
    filters: config.filters,
    ingress: config.ingress,
    service: config.service,
    records: { types, targetNets, excludeTargetNets, defaultTargets },
    views: config.views.map(
      ({ name, annotationPrefixes, hostnames, filters, ingress, service, gateway, records: own }) => ({
        ...{ name, annotationPrefixes, hostnames, filters, ingress, service, gateway },
        records: {
          types: own.types,
          targetNets: own.targetNets,
          excludeTargetNets: own.excludeTargetNets,
          defaultTargets: own.defaultTargets,
        },
      }),
    ),
  };
}

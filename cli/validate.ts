import { kubeConfigFromFile } from '../lib/cluster/kubeconfig.ts';
import type { Config } from '../lib/config/config.ts';
import { configsOf, doubtsOf, loadConfig } from '../lib/config/index.ts';
import { printable } from '../lib/printable.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, show } from './output.ts';

/**
 * `fairlead validate`: the config is read, with the kubeconfigs that it names; nothing else is, and no credentials are needed. What the config most
 * likely does not mean is told beside it. */
export function runValidate(options: GlobalOptions): Promise<void> {
  return command(options, async () => {
    const config = loadConfig(options.config, process.env);
    await checkKubeconfigs(config);
    const said = `${options.config} is valid: ${summary(config)}`;
    for (const { field, message } of doubtsOf(config))
      process.stderr.write(`fairlead: warning: ${printable(`${field}: ${message}`)}\n`);
    await show(options, { value: config, text: () => said, markdown: () => said, names: () => domainsOf(config) });
    return EXIT.inStep;
  });
}

/** @throws Error with a line for each kubeconfig that cannot be used */
async function checkKubeconfigs({ clusters }: Config): Promise<void> {
  const faults = await Promise.all(
    clusters.map(async ({ kubeconfig, ...cluster }) => {
      if (kubeconfig === undefined) return [];
      return kubeConfigFromFile({ ...cluster, kubeconfig }).then(
        () => [],
        (error: Error) => [error.message],
      );
    }),
  );
  if (faults.flat().length > 0) throw new Error(faults.flat().join('\n'));
}

const domainsOf = (config: Config) => [...new Set(configsOf(config).flatMap(one => one.config.zones.domains))];

function summary(config: Config): string {
  const { clusters, sources } = config;
  const named = (what: string, values: readonly string[]) =>
    `${values.length} ${what}${values.length === 1 ? '' : 's'} (${values.join(', ')})`;
  const views = configsOf(config).flatMap(({ view, config: { zones, policy } }) => {
    const domains = zones.domains.length > 0 ? zones.domains.join(', ') : 'every domain';
    const of = view === undefined ? '' : `view ${view}: `;
    return [`${of}zones of ${domains}`, `${of}policy ${policy}`];
  });
  return [
    named(
      'cluster',
      clusters.map(({ name, owner }) => `${name}: owner ${owner}`),
    ),
    named('source', [...sources]),
    ...views,
  ].join('; ');
}

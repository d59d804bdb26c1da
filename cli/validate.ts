import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/index.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, show } from './output.ts';

/** `fairlead validate`: the config alone is read; nothing else is, and no credentials are needed. */
export function runValidate(options: GlobalOptions): Promise<void> {
  return command(options, async () => {
    const config = loadConfig(options.config, process.env);
    const said = `${options.config} is valid: ${summary(config)}`;
    await show(options, { value: config, text: () => said, markdown: () => said, names: () => config.zones.domains });
    return EXIT.inStep;
  });
}

function summary({ clusters, zones, sources, policy }: Config): string {
  const named = (what: string, values: readonly string[]) =>
    `${values.length} ${what}${values.length === 1 ? '' : 's'} (${values.join(', ')})`;
  const domains = zones.domains.length > 0 ? zones.domains.join(', ') : 'every domain';
  return [
    named(
      'cluster',
      clusters.map(({ name, owner }) => `${name}: owner ${owner}`),
    ),
    named('source', [...sources]),
    `zones of ${domains}`,
    `policy ${policy}`,
  ].join('; ');
}

import { randomBytes } from 'node:crypto';
import { loadConfig } from '../lib/config/index.ts';
import { composePorts } from '../lib/reconcile/index.ts';
import { historySource, lookAtWorld, startUi } from '../lib/ui/index.ts';
import { terminalAws } from './aws.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, print } from './output.ts';

export interface UiFlags extends Pick<GlobalOptions, 'config' | 'color'> {
  readonly port?: number;
  /** Seconds. */
  readonly refresh: number;
}

/** `fairlead ui`: serves the pages until Ctrl-C, with the rights of whoever calls it. */
export function runUi({ port, refresh, ...options }: UiFlags): Promise<void> {
  return command(options, async () => {
    const { env, credentials } = await terminalAws(process.env);
    const config = loadConfig(options.config, env);
    const ports = composePorts(config, env, credentials);
    const ui = await startUi({
      look: glance => lookAtWorld(config, ports, glance),
      history: historySource(config, ports),
      token: randomBytes(24).toString('base64url'),
      maxAgeMs: refresh * 1000,
      ...(port !== undefined && { port }),
    });
    await print(`${ui.url}\nOpen it in a browser on this machine. Ctrl-C ends.`);
    await new Promise<void>(resolve => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    await ui.close();
    return EXIT.inStep;
  });
}

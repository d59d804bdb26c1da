import { randomBytes } from 'node:crypto';
import { loadConfig } from '../lib/config/index.ts';
import { composePorts } from '../lib/reconcile/index.ts';
import { historySource, lookAtWorld, startUi } from '../lib/ui/index.ts';
import { terminalAws } from './aws.ts';
import { liveConfig } from './live-config.ts';
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
    const live = liveConfig(
      () => loadConfig(options.config, env),
      config => composePorts(config, env, credentials),
    );
    const history = () => historySource(live.last().config, live.last().made);
    const ui = await startUi({
      look: async glance => {
        const { config, made } = live.now();
        return lookAtWorld(config, made, glance);
      },
      history: { ofName: name => history().ofName(name), ofRun: run => history().ofRun(run) },
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

import { loadConfig } from '../lib/config/index.ts';
import { composePorts, type Progress, reconcile } from '../lib/reconcile/index.ts';
import { formatResult } from '../lib/report/text.ts';
import { terminalAws } from './aws.ts';
import type { GlobalOptions } from './options.ts';
import { command, EXIT, progressLine, ROWS, useColour } from './output.ts';

const STAGES: Readonly<Record<Progress['stage'], string>> = {
  zones: 'hosted zones read',
  clusters: 'clusters read',
  changes: 'changes made',
};

/** `fairlead sync` and `fairlead plan`. */
export function runReconcile(
  mode: 'sync' | 'plan',
  options: GlobalOptions & { force?: boolean; cluster?: string[] },
): Promise<void> {
  return command(options, async () => {
    const { env, credentials } = await terminalAws(process.env);
    const config = loadConfig(options.config, env);
    const progress = progressLine();
    const request = { mode, force: options.force === true, ...(options.cluster && { clusters: options.cluster }) };
    const onProgress = ({ stage, done, of }: Progress) => progress.show(`${STAGES[stage]}: ${done} of ${of}`);
    const result = await reconcile(request, {
      config,
      ports: composePorts(config, env, credentials),
      onProgress,
    }).finally(progress.clear);
    process.stdout.write(
      `${options.json ? JSON.stringify(result) : formatResult(result, { colour: useColour(options), rows: ROWS })}\n`,
    );
    return result.inStep ? EXIT.inStep : EXIT.unpublished;
  });
}

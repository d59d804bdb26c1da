import { Command, Option } from 'commander';
import type { GlobalOptions } from './options.ts';
import { runReconcile } from './reconcile.ts';
import { runRecords } from './records.ts';
import { version } from './version.ts';

const collect = (value: string, previous: string[] = []) => [...previous, value];

function withCommon(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration', 'fairlead.yml')
    .option('--json', 'print the result as JSON, for machines')
    .option('--no-color', 'print without colours');
}

const program = new Command('fairlead')
  .description('Leads Kubernetes hostnames into Route 53.')
  .version(version)
  .addHelpText(
    'after',
    '\nExit codes: 0 in step, 2 some records are not published (or, for plan, changes are to be made), 1 could not run.',
  )
  .exitOverride(error => {
    process.exit(error.exitCode === 0 ? 0 : 1);
  });

for (const mode of ['sync', 'plan'] as const) {
  withCommon(program.command(mode))
    .description(
      mode === 'sync'
        ? 'bring the hosted zones in step with the clusters'
        : 'show what sync would do, without writing anything',
    )
    .option('--force', 'read everything anew and let removals through that the guard holds')
    .addOption(new Option('--cluster <name>', 'only this cluster (may be given several times)').argParser(collect))
    .action((options: GlobalOptions & { force?: boolean; cluster?: string[] }) => runReconcile(mode, options));
}

withCommon(program.command('records'))
  .description('list the records of the hosted zones and who owns them')
  .option('--all', 'records of other owners, and without an owner, too')
  .action((options: GlobalOptions & { all?: boolean }) => runRecords(options));

await program.parseAsync();

import { Command, InvalidArgumentError, Option } from 'commander';
import { type ExplainCommandOptions, runExplain, runWhyNot } from './explain.ts';
import { type ImportFlags, runImportArguments } from './import-args.ts';
import type { GlobalOptions } from './options.ts';
import { type ReconcileOptions, runReconcile } from './reconcile.ts';
import { type RecordFilters, runRecords } from './records.ts';
import { runValidate } from './validate.ts';
import { version } from './version.ts';

function rows(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('give a whole number of rows');
}

const collect = (value: string, previous: string[] = []) => [...previous, value];

function withCommon(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration', 'fairlead.yml')
    .option('--json', 'print the result as JSON, for machines')
    .option('--limit <rows>', 'rows of a table at most (a terminal: 200 unless told; a pipe: all)', rows)
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
  const reconciling = withCommon(program.command(mode))
    .description(
      mode === 'sync'
        ? 'bring the hosted zones in step with the clusters'
        : 'show what sync would do, without writing anything',
    )
    .option('--force', 'read everything anew and let removals through that the guard holds')
    .addOption(new Option('--cluster <name>', 'only this cluster (may be given several times)').argParser(collect))
    .action((options: ReconcileOptions) => runReconcile(mode, options));
  if (mode === 'sync') reconciling.option('--yes', 'do not ask (on a terminal) before a forced run removes records');
}

withCommon(program.command('records'))
  .description('list the records of the hosted zones and who owns them')
  .option('--all', 'records of other owners, and without an owner, too')
  .addOption(
    new Option('--zone <name>', 'only of this hosted zone, by name or id; * for any characters').argParser(collect),
  )
  .addOption(new Option('--name <name>', 'only of this name; * for any characters').argParser(collect))
  .addOption(new Option('--owner <id>', 'only of this owner').argParser(collect))
  .addOption(new Option('--cluster <name>', 'only of the owner of this cluster').argParser(collect))
  .action((options: GlobalOptions & RecordFilters) => runRecords(options));

const FRESH = 'read zones and clusters anew, instead of what runs have kept';

withCommon(program.command('explain'))
  .description('say of one hostname what stands, who asks for it, and why it is published or not')
  .argument('<name>', 'the hostname')
  .option('--fresh', FRESH)
  .option('--dns [server]', 'ask public DNS, too (or this server)')
  .action((name: string, options: ExplainCommandOptions & { dns?: true | string }) => runExplain(name, options));

withCommon(program.command('why-not'))
  .description('say of one object which hostnames it asks for, and why they are published or not')
  .argument('<kind/namespace/name>', 'the object, such as service/shop/web')
  .option('--fresh', FRESH)
  .option('--cluster <name>', 'the object of this cluster (otherwise of each that has one)')
  .action((object: string, options: ExplainCommandOptions & { cluster?: string }) => runWhyNot(object, options));

program
  .command('validate')
  .description('check the configuration alone; no cluster or zone is read')
  .option('-c, --config <file>', 'the configuration', 'fairlead.yml')
  .option('--json', 'print the configuration with every default filled in, as JSON')
  .option('--no-color', 'print without colours')
  .action((options: GlobalOptions) => runValidate(options));

program
  .command('import-args')
  .description('print the fairlead.yml that does what an ExternalDNS does')
  .argument('[file]', 'its arguments, its Deployment, or the values of its Helm chart; - for standard input')
  .argument('[arguments...]', 'or its arguments themselves, behind --')
  .option('--cluster <name>', 'the cluster that it runs in', 'my-cluster')
  .option('--region <region>', 'the region of the EKS cluster')
  .action((file: string | undefined, rest: string[], flags: ImportFlags) =>
    runImportArguments(file === undefined ? [] : [file, ...rest], flags),
  );

await program.parseAsync();

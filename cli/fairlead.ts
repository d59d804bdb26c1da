import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { HISTORY_MS } from '../lib/state/index.ts';
import { completionFor, SHELLS, type Shell } from './completion.ts';
import { type DoctorOptions, runDoctor } from './doctor.ts';
import { type ExplainCommandOptions, runExplain, runWhyNot } from './explain.ts';
import { addHelp } from './help.ts';
import { type HistoryOptions, parseSpan, runHistory } from './history.ts';
import { type ImportFlags, runImportArguments } from './import-args.ts';
import { type InitFlags, runInit } from './init.ts';
import { collect, FORMATS, type GlobalOptions } from './options.ts';
import { print } from './output.ts';
import { addOwnership } from './ownership-commands.ts';
import { type ReconcileOptions, runReconcile } from './reconcile.ts';
import { type RecordFilters, runRecords } from './records.ts';
import { runUi, type UiFlags } from './ui.ts';
import { runUndo, type UndoOptions } from './undo.ts';
import { runValidate } from './validate.ts';
import { version } from './version.ts';

function rows(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('give a whole number of rows');
}

function age(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('give a whole number of seconds');
}

function tcpPort(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError('give a port from 1 to 65535');
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 5) return value;
  throw new InvalidArgumentError('give 5 seconds or more');
}

function planFile(text: string): string {
  if (text !== '-') return text;
  throw new InvalidArgumentError('give a file: on standard output the result is printed');
}

function withCommon(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration', 'fairlead.yml')
    .addOption(new Option('-o, --output <format>', 'how the result is printed').choices(FORMATS).default('table'))
    .option('--json', 'short for --output json')
    .option('--limit <rows>', 'rows of a table at most (a terminal: 200 unless told; a pipe: all)', rows)
    .option('--no-color', 'print without colours');
}

const program = new Command('fairlead')
  .description('Leads Kubernetes hostnames into Route 53.')
  .version(version)
  .exitOverride(error => {
    process.exit(error.exitCode === 0 ? 0 : 1);
  });

/** Whoever gives these wants another plan than the one that would be printed. */
function refuseWithoutManifests(command: Command): void {
  const [alone] = ['prune', 'namespace'].filter(option => command.getOptionValueSource(option) === 'cli');
  if (alone !== undefined && command.getOptionValue('with') === undefined)
    command.error(`error: option '--${alone}' belongs to --with <folder>, which is not given`);
}

for (const mode of ['sync', 'plan'] as const) {
  const reconciling = withCommon(program.command(mode))
    .description(
      mode === 'sync'
        ? 'bring the hosted zones in step with the clusters'
        : 'show what sync would do, without writing anything',
    )
    .option('--force', 'read everything anew and let removals through that the guard holds')
    .addOption(new Option('--cluster <name>', 'only this cluster (may be given several times)').argParser(collect))
    .addOption(new Option('--format <format>', 'the same as --output').choices(FORMATS).hideHelp())
    .option('-q, --quiet', 'print nothing where all is in step, else only what is not done')
    .option('-v, --verbose', 'print a row for each finding, what was read, and the calls')
    .action((options: ReconcileOptions, command: Command) => {
      refuseWithoutManifests(command);
      return runReconcile(mode, options);
    });
  if (mode === 'plan')
    reconciling
      .option('--detailed-exitcode', 'exit 2 where changes are to be made and 0 where none are, as terraform does')
      .addOption(new Option('--watch [seconds]', 'look again, until Ctrl-C').argParser(seconds).preset(30))
      .addOption(
        new Option('--out <file>', 'keep the plan in a file, for sync --plan').argParser(planFile).conflicts('watch'),
      )
      .addOption(
        new Option(
          '--with <folder>',
          'show what manifests (of a folder, a file, or - for standard input) would bring about if they were applied to --cluster',
        ).conflicts(['out', 'watch', 'force']),
      )
      .option('--prune', 'with --with: what the manifests leave out of their namespaces is taken for removed')
      .option('--namespace <name>', 'with --with: of manifests that name none', 'default');
  if (mode === 'sync')
    reconciling
      .option('--yes', 'do not ask (on a terminal) before a forced run removes records')
      .addOption(
        new Option('--plan <file>', 'do what a plan of plan --out says, or nothing if the world has changed').conflicts(
          ['force', 'cluster'],
        ),
      );
}

withCommon(program.command('records'))
  .description('list the records of the hosted zones and who owns them')
  .option('--all', 'records of other owners, and without an owner, too')
  .addOption(
    new Option('--zone <name>', 'only of this hosted zone, by name or id; * for any characters').argParser(collect),
  )
  .addOption(new Option('--name <name>', 'only of this name; * for any characters').argParser(collect))
  .addOption(new Option('--owner <id>', 'only of this owner; * for any characters').argParser(collect))
  .addOption(new Option('--cluster <name>', 'only of this cluster; * for any characters').argParser(collect))
  .action((options: GlobalOptions & RecordFilters) => runRecords(options));

function span(text: string): number {
  const milliseconds = parseSpan(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('give minutes, hours or days: 90m, 12h, 2d');
  if (milliseconds > HISTORY_MS) throw new InvalidArgumentError('the history is kept for 30 days: give 30d at most');
  return milliseconds;
}

withCommon(program.command('history'))
  .description('list what runs have changed, the newest first')
  .argument('[name or object]', 'a hostname, or kind/namespace/name; * for any characters')
  .option('--since <time>', 'how far back: 90m, 12h, 2d (7d unless told, 30d at most)', span)
  .option('--run <id>', 'only what this run did')
  .action((what: string | undefined, options: HistoryOptions) => runHistory(what, options));

withCommon(program.command('undo'))
  .description('put back what a run changed, or what was changed last of a name, and hold it there')
  .argument('[runs or names...]', 'runs, as history names them, or hostnames')
  .option('--zone <name>', 'only in this hosted zone, by name or id')
  .option('--since <time>', 'how far back to look: 90m, 12h, 2d (7d unless told, 30d at most)', span)
  .option('--view <name>', 'in the zones of this view, where the config has views')
  .option('--release', 'instead: let go of what an undo holds; the next run then does what the objects ask for')
  .option('--dry-run', 'show what would be done, and do nothing')
  .option('--yes', 'do not ask')
  .action((what: string[], options: UndoOptions) => runUndo(what, options));

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
  .description('check the configuration and its kubeconfigs; no cluster or zone is read')
  .option('-c, --config <file>', 'the configuration', 'fairlead.yml')
  .option('--json', 'print the configuration with every default filled in, as JSON')
  .option('--no-color', 'print without colours')
  .action((options: GlobalOptions) => runValidate(options));

program
  .command('doctor')
  .description('look at everything that a run needs, and say what is wrong and how to mend it')
  .option('-c, --config <file>', 'the configuration', 'fairlead.yml')
  .option(
    '--stack <name>',
    'the name of the deployed stack, such as fairlead-prod: its queues and its webhook are looked at, too',
  )
  .option('--dns-server <address>', 'ask this DNS server for the delegation of public zones, 203.0.113.53:53 or so')
  .option('--json', 'print what was found as JSON')
  .option('--no-color', 'print without colours')
  .action((options: DoctorOptions) => runDoctor(options));

program
  .command('ui')
  .description('serve pages on this machine that show the fleet, the plan, the records and why something is not done')
  .option('-c, --config <file>', 'the configuration', 'fairlead.yml')
  .addOption(new Option('--port <port>', 'a TCP port; a free one unless told').argParser(tcpPort))
  .addOption(
    new Option('--refresh <seconds>', 'look again where what a page shows is older').argParser(age).default(60),
  )
  .option('--no-color', 'print without colours')
  .action((flags: UiFlags) => runUi(flags));

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

program
  .command('init')
  .description(
    'write a fairlead.yml of what is asked, or of the options; import-args makes one of the arguments of an ExternalDNS',
  )
  .option('-c, --config <file>', 'the file to write', 'fairlead.yml')
  .option('--cluster <name>', 'the EKS cluster')
  .option('--region <region>', 'its region')
  .addOption(new Option('--domain <name>', 'a domain (may be given several times)').argParser(collect))
  .option('--owner <id>', 'the owner id of the ownership records')
  .action((flags: InitFlags) => runInit(flags));

program
  .command('completion')
  .description('print the completion of a shell')
  .addArgument(new Argument('<shell>').choices(SHELLS))
  .action((shell: Shell) => print(completionFor(shell, program)));

addOwnership(program, withCommon);
addHelp(program);
await program.parseAsync();

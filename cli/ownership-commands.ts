import { type Command, InvalidArgumentError, Option } from 'commander';
import { collect } from './options.ts';
import {
  type AdoptOptions,
  type ImportOptions,
  type ReleaseOptions,
  runAdopt,
  runImportRegistry,
  runRelease,
  runTransfer,
  type TransferOptions,
} from './ownership.ts';

function pause(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('give a number of seconds');
}

/** The commands that move ownership. */
export function addOwnership(program: Command, withCommon: (command: Command) => Command): void {
  withCommon(program.command('adopt'))
    .description('give records that nobody owns to the objects that ask for them; each stays as it is')
    .argument('<names...>', 'hostnames')
    .option('--overwrite', 'also what is not as its object wants it; the next run then changes it')
    .option('--view <name>', 'in the zones of this view, where the config has views')
    .option('--yes', 'do not ask')
    .action((names: string[], options: AdoptOptions) => runAdopt(names, options));

  withCommon(program.command('transfer'))
    .description(
      'make records of another owner ours, or bring our ownership records under the names and keys of the config',
    )
    .option('--from <owner>', 'the owner that gives its records up, and no longer runs')
    .option('--to <owner>', 'which of our owners gets what no object asks for at the moment (default: the only one)')
    .addOption(
      new Option('--names <pattern>', 'only these names; * for any characters (may be given several times)').argParser(
        collect,
      ),
    )
    .option('--unasked', 'also what no object asks for: the next run removes it')
    .addOption(
      new Option(
        '--watch <seconds>',
        'how long to look whether the owner still writes, where no earlier reading can tell',
      )
        .argParser(pause)
        .default(70),
    )
    .option('--from-prefix <prefix>', 'instead: the registry.prefix that our records were written with ("" for none)')
    .option('--from-suffix <suffix>', 'likewise the registry.suffix')
    .option('--from-wildcard-replacement <label>', 'likewise the registry.wildcardReplacement')
    .option('--rekey', 'instead: write our ownership records anew, with the first of registry.encryptionKey')
    .option('--view <name>', 'in the zones of this view, where the config has views')
    .option('--yes', 'do not ask')
    .action((options: TransferOptions) => runTransfer(options));

  withCommon(program.command('import-registry'))
    .description(
      'give records ownership records that an ExternalDNS keeps in DynamoDB, to move over; it must have stopped',
    )
    .option('--table <name>', 'its --dynamodb-table', 'external-dns')
    .option('--region <region>', 'its --dynamodb-region (default: that of the environment)')
    .option('--from <owner>', 'its --txt-owner-id (default: the only owner of the config)')
    .option('--to <owner>', 'which of our owners gets what no object asks for (default: the same, or the only one)')
    .addOption(
      new Option('--names <pattern>', 'only these names; * for any characters (may be given several times)').argParser(
        collect,
      ),
    )
    .option('--view <name>', 'in the zones of this view, where the config has views')
    .option('--unasked', 'also what no object asks for: the next run removes it')
    .option('--yes', 'do not ask')
    .action((options: ImportOptions) => runImportRegistry(options));

  withCommon(program.command('release'))
    .description('give names up: our ownership records go, the records stay')
    .argument('[names...]', 'hostnames')
    .option('--cluster <name>', 'instead: all that this cluster left, which is no longer in the config')
    .option('--view <name>', 'in the zones of this view, where the config has views')
    .option('--yes', 'do not ask')
    .action((names: string[], options: ReleaseOptions) => runRelease(names, options));
}

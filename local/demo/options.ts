import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';

export interface Options {
  readonly once?: boolean;
  readonly examples: string;
  readonly port?: number;
  readonly dnsPort?: number;
  /** Seconds; 0: never. */
  readonly schedule: number;
  readonly logs?: boolean;
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('a port is a whole number from 0 (any free one) to 65535');
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('give whole seconds, 0 (never) to 86400');
}

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

/** The options of `npm start`; ends the process when they are wrong. */
export function readOptions(): Options {
  return new Command('npm start --')
    .description('Runs fairlead against Route 53, EKS, SQS, S3 and Kubernetes on loopback.')
    .option('--once', 'one round, then exit')
    .option('--examples <folder>', 'manifests and fairlead.yml', examples)
    .option('--port <port>', 'port of the AWS services (default: a free one)', port)
    .option('--dns-port <port>', 'UDP and TCP port of the DNS server (default: a free one)', port)
    .option('--schedule <seconds>', 'how often everything is compared, 0: never', seconds, 60)
    .option('--logs', 'print the logs of the forwarder and the functions, too')
    .parse()
    .opts<Options>();
}

/** The parts of an Amazon Resource Name; each may be empty. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** All the rest: `role/NAME`, `secret:NAME`, … */
  readonly resource: string;
}

/** Undefined for a text that is none. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function parseArn(text: string): Arn | undefined {
  const [prefix, partition, service, region, account, ...resource] = text.split(':');
  if (prefix !== 'arn' || !partition || !service || region === undefined || account === undefined) return undefined;
  return resource.length === 0 ? undefined : { partition, service, region, account, resource: resource.join(':') };
}

/** The account that an ARN is of; empty where the text is no ARN, or one that names no account. */
export const accountOf = (arn: string | undefined): string => parseArn(arn ?? '')?.account ?? '';

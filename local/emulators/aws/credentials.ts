import { createHash } from 'node:crypto';
import type { PolicyStatement } from './iam.ts';

/** The account of zones, keys and clusters for which no other is named. */
export const DEFAULT_ACCOUNT = '123456789012';

/** Who signs with an access key. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials are good only together with their token. */
  readonly sessionToken?: string;
  readonly arn: string;
  /** GetCallerIdentity's UserId. */
  readonly userId: string;
  /** Twelve digits. */
  readonly account: string;
  /** Epoch milliseconds; absent: never. */
  readonly expires?: number;
  /** What it may do; absent: everything. */
  readonly policy?: readonly PolicyStatement[];
}

/** The access keys that are known; every other one is refused. */
export class Credentials {
  readonly #byKey = new Map<string, Identity>();
  #issued = 0;

  add(identity: Identity): Identity {
    this.#byKey.set(identity.accessKeyId, identity);
    return identity;
  }

  find(accessKeyId: string): Identity | undefined {
    return this.#byKey.get(accessKeyId);
  }

  remove(accessKeyId: string): void {
    this.#byKey.delete(accessKeyId);
  }

  /** Temporary credentials of a role session, as AssumeRole gives them; `expires` in epoch milliseconds. */
  issue(
    role: Pick<Identity, 'arn' | 'userId' | 'account' | 'policy'> & { expires: number },
  ): Identity & { sessionToken: string } {
    const seed = `${role.arn} ${++this.#issued}`;
    const text = (what: string, length: number, encoding: 'hex' | 'base64') =>
      createHash('sha512').update(`${seed} ${what}`).digest(encoding).slice(0, length);
    const identity = {
      ...role,
      accessKeyId: `ASIA${text('key', 16, 'hex').toUpperCase()}`,
      secretAccessKey: text('secret', 40, 'base64'),
      sessionToken: `IQoJ${text('token', 80, 'base64')}`,
    };
    this.add(identity);
    return identity;
  }
}

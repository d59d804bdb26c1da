import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { once } from '../lib/once.ts';
import { printable } from '../lib/printable.ts';
import { reasonOf } from '../lib/reason.ts';

/** Milliseconds. */
export interface CredentialLimits {
  /** For all servers together that the chain asks. */
  readonly servers: number;
  /** For a `credential_process`, which may have a person log in meanwhile. */
  readonly command: number;
}

const LIMITS: CredentialLimits = { servers: 30_000, command: 300_000 };

const NOWHERE =
  'there are none in the environment, in AWS’s config and credentials files, of a container and of an instance: name a profile (AWS_PROFILE), or log in (aws sso login, aws login, aws configure)';

/** What the chain is doing in the asynchronous work that asks: the SDK shows neither its requests nor its processes. */
const waits = new AsyncLocalStorage<Wait>();

/** Node tells of each request and each process in the context of who began it. */
const listen = once(() => {
  subscribe('http.client.request.start', message => {
    waits.getStore()?.request((message as { request: ClientRequest }).request);
  });
  subscribe('child_process', message => waits.getStore()?.command((message as { process: ChildProcess }).process));
  return {};
});

/** A person may take any time to answer: meanwhile no limit runs. */
export async function whilePersonIsAsked<T>(ask: () => Promise<T>): Promise<T> {
  const resume = waits.getStore()?.pause();
  try {
    return await ask();
  } finally {
    resume?.();
  }
}

/**
 * A chain of credentials that never waits for ever. Several of its providers have no limit (the container's agent, whose
 * `timeout` only warns; `credential_process`; STS for a web identity), and what hangs keeps the process alive besides: here
 * the requests and processes of a chain that took too long are ended, and it says which they were. For a while afterwards it
 * says so at once, since each client of a command asks anew.
 *
 * @param inProfile what is wrong with the person's profile, where the chain asked nobody
 */
export function bounded<A extends readonly unknown[], T>(
  chain: (...given: A) => Promise<T>,
  limits: CredentialLimits = LIMITS,
  inProfile: () => Promise<string | undefined> = async () => undefined,
): (...given: A) => Promise<T> {
  listen();
  let current: Wait | undefined;
  let failed: { readonly error: Error; readonly until: number } | undefined;
  return async (...given) => {
    if (failed && Date.now() < failed.until) throw failed.error;
    // Who asks meanwhile waits for the same: the chain asks once for all, and a person, too.
    current ??= new Wait(limits);
    const wait = current.enter();
    const asked = waits.run(wait, () => chain(...given));
    asked.catch(() => {});
    try {
      return await Promise.race([asked, wait.over]);
    } catch (error) {
      if (wait.error) failed = { error: wait.error, until: Date.now() + limits.servers };
      throw await wait.explained(error as Error, inProfile);
    } finally {
      if (wait.leave() && current === wait) current = undefined;
    }
  };
}

class Wait {
  error: Error | undefined;
  /** Only ever fails. */
  readonly over: Promise<never>;
  readonly #limits: CredentialLimits;
  readonly #fail: (error: Error) => void;
  readonly #open = new Set<ClientRequest | ChildProcess>();
  /** What was begun last. */
  #last: string | undefined;
  #advice = 'look at AWS_PROFILE and the profile’s settings';
  /** What came of it. */
  #outcome: string | undefined;
  #left: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #pauses = 0;
  #waiting = 0;

  constructor(limits: CredentialLimits) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.over = promise;
    this.#fail = reject;
    this.#limits = limits;
    this.#left = limits.servers;
  }

  request(request: ClientRequest): void {
    if (this.error) return void request.destroy(this.error);
    const { what, advice } = askedOf(request);
    this.#last = what;
    this.#advice = advice;
    this.#outcome = undefined;
    request.once('response', ({ statusCode }) => {
      this.#outcome = `answered ${statusCode}`;
    });
    request.once('error', error => {
      this.#outcome = `cannot be asked (${reasonOf(error)})`;
    });
    this.#begun(request);
  }

  command(child: ChildProcess): void {
    if (this.error) return void setImmediate(() => end(child));
    const resume = this.pause();
    const name = () => {
      // Its arguments may hold what is nobody's business.
      const [program = ''] = (child.spawnargs.at(-1) ?? '').split(' ', 1);
      this.#last = `the profile’s credential_process (${printable(program)})`;
      this.#advice = 'run it by itself to see what it does';
    };
    const late = () => {
      name();
      this.#end(this.#limits.command);
    };
    const timer = setTimeout(late, this.#limits.command).unref();
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      name();
      this.#outcome = code === 0 ? 'printed no credentials' : `ended with ${code ?? signal}`;
      resume();
    });
    this.#begun(child);
  }

  /** The chain's last words are of its last link, and say nothing of why those before it gave none. */
  async explained(error: Error, inProfile: () => Promise<string | undefined>): Promise<Error> {
    if (/^Failed to load token/.test(error.message)) error.message += ': log in (aws login)';
    if (error === this.error || !/^Could not load credentials/.test(error.message)) return error;
    const asked = this.#last && `${this.#last} ${this.#outcome ?? 'gave no answer'}: ${this.#advice}`;
    const why = asked ?? (await inProfile()) ?? NOWHERE;
    return Object.assign(new Error(`AWS credentials: ${why}`, { cause: error }), { name: error.name });
  }

  /** @returns what makes the time run again */
  pause(): () => void {
    if (this.#pauses++ === 0) {
      clearTimeout(this.#timer);
      this.#left -= performance.now() - this.#since;
    }
    return () => {
      if (--this.#pauses === 0) this.#run();
    };
  }

  enter(): this {
    if (this.#waiting++ === 0) this.#run();
    return this;
  }

  /**
   * What the chain left behind (it renews credentials beside those that it gave) is still ended in time.
   *
   * @returns whether nobody waits any more
   */
  leave(): boolean {
    if (--this.#waiting > 0) return false;
    this.#rest();
    return true;
  }

  #rest(): void {
    if (this.#open.size === 0) clearTimeout(this.#timer);
    else this.#timer?.unref();
  }

  #run(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#end(this.#limits.servers), Math.max(0, this.#left));
    if (this.#waiting === 0) this.#rest();
  }

  #begun(one: ClientRequest | ChildProcess): void {
    this.#open.add(one);
    one.once('close', () => {
      this.#open.delete(one);
      if (this.#waiting === 0) this.#rest();
    });
  }

  #end(limit: number): void {
    const seconds = limit / 1000;
    const message = `AWS credentials: ${this.#last ?? 'what was asked'} gave none within ${seconds} s: ${this.#advice}`;
    const error = Object.assign(new Error(message), { name: 'CredentialsProviderError' });
    this.error = error;
    this.#fail(error);
    for (const one of this.#open) 'kill' in one ? end(one) : one.destroy(error);
  }
}

/** The shell that runs the command is ended; what it began itself may live on, and is not waited for. */
function end(child: ChildProcess): void {
  child.kill('SIGKILL');
  for (const stream of child.stdio) stream?.destroy();
  child.unref();
}

/** Who answers at an address, and what to do where nothing comes; of a path, the query may hold what is nobody's business. */
const PROVIDERS: readonly (readonly [test: RegExp, who: string, advice: string])[] = [
  [
    /^\/latest\//,
    'this machine’s metadata service',
    'name a profile (AWS_PROFILE), or set AWS_EC2_METADATA_DISABLED=true where this is no EC2 instance',
  ],
  [
    /^\/federation\/credentials$|^\/token$/,
    'IAM Identity Center (SSO)',
    'is there a way to it from here (network, proxy)? Otherwise log in anew: aws sso login',
  ],
  [/^\/v1\/token$/, 'AWS sign-in', 'is there a way to it from here (network, proxy)? Otherwise log in anew: aws login'],
  [/^\/$/, 'STS, for a role,', 'is there a way to it from here (network, proxy, VPC endpoint)?'],
];

const AGENT = 'the container’s agent (AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI)';
const AGENT_ADVICE = 'does the agent run, and at this address? Unset the variable, or name a profile (AWS_PROFILE)';

function askedOf(request: ClientRequest): { what: string; advice: string } {
  const path = request.path.replace(/\?.*/s, '');
  const at = `at ${printable(`${request.protocol}//${request.getHeader('host') ?? request.host}${path}`)}`;
  const [, who, advice] = PROVIDERS.find(([test]) => test.test(path)) ?? [undefined, AGENT, AGENT_ADVICE];
  return { what: `${who} ${at}`, advice };
}

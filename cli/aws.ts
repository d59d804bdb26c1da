import { createInterface } from 'node:readline/promises';
import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { awsHttp } from '../lib/aws/index.ts';
import { reasonOf } from '../lib/reason.ts';
import { bounded, whilePersonIsAsked } from './credentials.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What AWS's standard settings come to in a terminal. */
export interface TerminalAws {
  /** The environment, with the region of the profile where it names none itself. */
  readonly env: Env;
  /** The standard chain; a role with `mfa_serial` is asked for its code. */
  readonly credentials: ReturnType<typeof fromNodeProviderChain>;
}

/** AWS_PROFILE names what is in none of the files. */
class NoSuchProfile extends Error {
  override readonly name = 'NoSuchProfile';
}

/**
 * Reads AWS's shared files as the AWS CLI does: AWS_REGION, AWS_DEFAULT_REGION, then the region of the profile. The SDK
 * looks for the region by itself only where it is given none, and says of a missing profile that there are no credentials.
 *
 * @throws NoSuchProfile
 */
export async function terminalAws(env: Env): Promise<TerminalAws> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const profile = env.AWS_PROFILE || 'default';
  const known = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(isProfile).sort();
  if (env.AWS_PROFILE && !known.includes(profile)) {
    const which = known.length === 0 ? 'they have none' : `they have ${known.join(', ')}`;
    throw new NoSuchProfile(
      `AWS_PROFILE: there is no profile "${profile}" in AWS's config and credentials files; ${which}`,
    );
  }
  const region =
    env.AWS_REGION || env.AWS_DEFAULT_REGION || configFile[profile]?.region || credentialsFile[profile]?.region;
  return {
    env: { ...env, ...(region && { AWS_REGION: region }) },
    credentials: bounded(
      fromNodeProviderChain({
        mfaCodeProvider: serial => whilePersonIsAsked(() => askForCode(serial)),
        clientConfig: { requestHandler: awsHttp },
      }),
      undefined,
      async () => (known.includes(profile) ? faultOf(profile) : undefined),
    ),
  };
}

/** The files have other sections too: `sso-session.x`, `services.x`. */
const isProfile = (section: string) => !/^(sso-session|services)\./.test(section);

/** The chain goes on where a profile is of no use, and so forgets why. */
export async function faultOf(profile: string): Promise<string | undefined> {
  try {
    await fromIni({ profile, clientConfig: { requestHandler: awsHttp } })();
    return undefined;
  } catch (error) {
    return `profile ${profile}: ${reasonOf(error)}`;
  }
}

/** Asked once: the chain keeps what it gets until it ends. */
async function askForCode(serial: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Error(
      `the profile asks for a code of ${serial}, and there is no terminal to ask on; give credentials of a session`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`MFA code of ${serial}: `)).trim();
  } finally {
    terminal.close();
  }
}

import { EKSClient } from '@aws-sdk/client-eks';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { Identity } from '../../local/emulators/aws/credentials.ts';
import type { World } from '../../local/world.ts';

export interface ClientOptions {
  readonly region?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** 1: no retries, so that a test sees every answer. */
  readonly maxAttempts?: number;
  /** Milliseconds by which the client's clock is wrong. */
  readonly systemClockOffset?: number;
}

function settings(world: World, options: ClientOptions) {
  const env = world.env();
  const own = { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' };
  return { endpoint: world.url, region: world.region, credentials: own, maxAttempts: 1, ...options };
}

export function route53(world: World, options: ClientOptions = {}): Route53Client {
  return new Route53Client(settings(world, options));
}

export function sts(world: World, options: ClientOptions = {}): STSClient {
  return new STSClient(settings(world, options));
}

export function eks(world: World, options: ClientOptions = {}): EKSClient {
  return new EKSClient(settings(world, options));
}

export function s3(world: World, options: ClientOptions = {}): S3Client {
  return new S3Client(settings(world, options));
}

export function sqs(world: World, options: ClientOptions = {}): SQSClient {
  return new SQSClient(settings(world, options));
}

/** Keys of an identity, as the SDK wants them. */
export function keys(identity: Identity): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  const { accessKeyId, secretAccessKey, sessionToken } = identity;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** What a rejected call said: `name: message`. */
export async function rejection(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return '';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

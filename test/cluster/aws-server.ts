import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What EKS or STS answers: a status, a body, and for errors of EKS the type in its header. */
export interface AwsAnswer {
  readonly status?: number;
  readonly body: unknown;
  readonly errorType?: string;
}

export interface AwsServer {
  readonly url: string;
  /** `eks GET /clusters/prod` or `sts AssumeRole {…its form}`, in order. */
  readonly calls: string[];
  close(): Promise<void>;
}

/** EKS and STS on one plain HTTP endpoint; which of the two is asked stands in the signature's scope. */
export async function startAwsServer(answers: {
  eks: (name: string) => AwsAnswer;
  sts?: (form: URLSearchParams) => AwsAnswer;
}): Promise<AwsServer> {
  const calls: string[] = [];
  const server = http.createServer(async (request, response) => {
    const [, key, , region, service] =
      /Credential=([^/]+)\/(\d+)\/([^/]+)\/(\w+)/.exec(request.headers.authorization ?? '') ?? [];
    const form = new URLSearchParams(await textOf(request));
    const path = new URL(request.url ?? '', 'http://x').pathname;
    calls.push(service === 'sts' ? `sts ${region} ${form}` : `eks ${region} ${key} ${path}`);
    const answer = service === 'sts' ? answers.sts?.(form) : answers.eks(path.replace('/clusters/', ''));
    const { status = 200, body, errorType } = answer ?? { status: 500, body: 'unexpected' };
    const headers = { 'content-type': typeof body === 'string' ? 'text/xml' : 'application/json' };
    response.writeHead(status, { ...headers, ...(errorType && { 'x-amzn-errortype': errorType }) });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export const described = (cluster: object): AwsAnswer => ({
  body: { cluster: { status: 'ACTIVE', endpoint: 'https://e', certificateAuthority: { data: 'Q0E=' }, ...cluster } },
});

export const refused = (status: number, errorType: string, message: string): AwsAnswer => ({
  status,
  errorType,
  body: { message },
});

export const assumed = (accessKeyId: string): AwsAnswer => ({
  body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>
    <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
});

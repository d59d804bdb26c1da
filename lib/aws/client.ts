import { believable } from './answer.ts';
import { awsHttp } from './http.ts';

type ClientClass = new (...given: never[]) => unknown;
type Stack = Parameters<typeof believable.applyToStack>[0];
type ConfigOf<C extends ClientClass> = Extract<ConstructorParameters<C>, [unknown]>[0];

/**
 * Where every client of AWS is made, so that none can be forgotten: by itself one has no limits, and waits for ever for a
 * server that is silent (test/aws/clients.test.ts looks that nobody makes one elsewhere), and takes whatever answers for
 * AWS. A handler that the config has, such as that of sls with its proxy, goes before.
 */
export function awsClient<C extends ClientClass>(Client: C, config: ConfigOf<C>): InstanceType<C> {
  const client = new Client(...([{ requestHandler: awsHttp, ...(config as object) }] as never[])) as InstanceType<C>;
  believable.applyToStack((client as { middlewareStack: Stack }).middlewareStack);
  return client;
}

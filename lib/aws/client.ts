import { awsHttp } from './http.ts';

type ClientClass = new (...given: never[]) => unknown;
type ConfigOf<C extends ClientClass> = Extract<ConstructorParameters<C>, [unknown]>[0];

/**
 * Where every client of AWS is made, so that none can be forgotten: by itself one has no limits, and waits for ever for a
 * server that is silent (test/aws/clients.test.ts looks that nobody makes one elsewhere). A handler that the config has,
 * such as that of sls with its proxy, goes before.
 */
export function awsClient<C extends ClientClass>(Client: C, config: ConfigOf<C>): InstanceType<C> {
  return new Client(...([{ requestHandler: awsHttp, ...(config as object) }] as never[])) as InstanceType<C>;
}

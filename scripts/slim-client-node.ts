import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const CLIENT_NODE = /@kubernetes[\\/]client-node[\\/]dist[\\/]/;
const dist = dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node'));

/**
 * What stands in for two imports of client-node's KubeConfig. They serve its typed API clients (`makeApiClient`,
 * `applySecurityAuthentication`), which fairlead does not use: it takes server, CA and credentials from KubeConfig and
 * reads through node:https. Should client-node import anything else from them, the build fails and names it.
 */
const STANDINS: Readonly<Record<string, string>> = {
  // 730 kB; Node's own fetch is made of the same code.
  undici: `
    const gone = name => { throw new Error(name + ' of undici is left out of this bundle (scripts/slim-client-node.ts)'); };
    export const fetch = globalThis.fetch;
    export class Agent { constructor() { gone('Agent'); } }
    export class ProxyAgent { constructor() { gone('ProxyAgent'); } }`,
  // 340 kB of generated classes; the two that KubeConfig names are in these files.
  './gen/index.js': `
    export { createConfiguration } from './gen/configuration.js';
    export { ServerConfiguration } from './gen/servers.js';`,
};

/** An esbuild plugin that bundles client-node's KubeConfig in a fifth of its size. */
export function slimClientNode(): Plugin {
  return {
    name: 'slim-client-node',
    setup(build) {
      build.onResolve({ filter: /^(undici|\.\/gen\/index\.js)$/ }, ({ path, importer }) =>
        CLIENT_NODE.test(importer) ? { path, namespace: 'slim-client-node', sideEffects: false } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'slim-client-node' }, ({ path }) => ({
        contents: STANDINS[path] ?? '',
        resolveDir: dist,
      }));
    },
  };
}

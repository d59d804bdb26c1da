import type { Plugin } from 'esbuild';

/**
 * Parts of packages that are imported but never used, and what would use them. A bundler cannot tell, because they are
 * CommonJS or are used by a class of which fairlead calls other methods.
 */
export interface LeftOut {
  /** Matches the import as it is written. */
  readonly path: RegExp;
  /** Matches the importing file. */
  readonly importer: RegExp;
}

const CLIENT_NODE = /@kubernetes\/client-node\/dist\/[\w-]+\.js$/;

/** client-node's typed API and its way through `fetch`; fairlead asks through node:https. */
export const UNUSED: readonly LeftOut[] = [
  { path: /^undici$/, importer: CLIENT_NODE },
  { path: /^\.\/gen\/index\.js$/, importer: CLIENT_NODE },
];

/**
 * What a Lambda has no use for: kubeconfigs, which its config may not name (YAML files, OIDC and gcloud logins, proxies),
 * and the SDK's other ways to credentials than the environment, where Lambda puts those of the role.
 */
export const TERMINAL_ONLY: readonly LeftOut[] = [
  { path: /^(js-yaml|openid-client|jsonpath-plus|socks|socks-proxy-agent|hpagent)$/, importer: CLIENT_NODE },
  {
    path: /^@aws-sdk\/credential-provider-(ini|login|process|sso|web-identity)$/,
    importer: /@aws-sdk\/credential-provider/,
  },
];

/** What the forwarder has no use for in a pod: of kubeconfigs it takes files with tokens or certificates. */
export const NOT_IN_A_POD: readonly LeftOut[] = [
  { path: /^(openid-client|jsonpath-plus|socks|socks-proxy-agent|hpagent)$/, importer: CLIENT_NODE },
];

/** Puts a module in their place whose every export throws, with the package's name, when it is used after all. */
export function leaveOut(parts: readonly LeftOut[]): Plugin {
  return {
    name: 'leave-out',
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path, importer }) => {
        const left = parts.some(part => part.path.test(path) && part.importer.test(importer));
        return left ? { path, namespace: 'left-out', sideEffects: false } : undefined;
      });
      build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
        contents: substitute(path),
        loader: 'js',
      }));
    },
  };
}

/** CommonJS, since only its exports may be made up as they are asked for. */
function substitute(path: string): string {
  const message = JSON.stringify(`${path} is not part of this bundle (scripts/leave-out.ts)`);
  return `function absent(){throw new Error(${message})}
    module.exports=new Proxy({__esModule:true},{get:(own,name)=>name in own?own[name]:absent})`;
}

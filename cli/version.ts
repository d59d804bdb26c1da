import manifest from '../package.json' with { type: 'json' };

/** Put in when the command is bundled (scripts/build.ts); empty where it was not built out of a repository. */
declare const FAIRLEAD_COMMIT: string | undefined;

const commit = typeof FAIRLEAD_COMMIT === 'string' ? FAIRLEAD_COMMIT : '';

export const version: string = commit === '' ? manifest.version : `${manifest.version} (${commit})`;

import { setTimeout as sleep } from 'node:timers/promises';
import { watch } from 'chokidar';
import { isManifest, type ManifestFolder } from './manifests.ts';
import { say } from './print.ts';
import type { Traces } from './traces.ts';

/** Longer than the forwarder gathers changes and posts them, by far. */
const NOTICED_WITHIN_MS = 2_500;

/** What is called when something in the folder was edited. */
export interface Edited {
  /** A manifest is in the cluster since then. */
  readonly changedAt: (time: number) => void;
  /** The fairlead.yml was saved, or is gone. */
  readonly config: () => void;
}

/** Puts what is edited in the folder into the cluster, and says so when nobody sent a notice of it. */
export function watchFolder(manifests: ManifestFolder, traces: Traces, { changedAt, config }: Edited): void {
  const changed = async (path: string) => {
    const { file, lines, errors } = manifests.apply(path);
    for (const error of errors) say(`\n${file}: ${error}; nothing was applied`);
    if (errors.length > 0) return;
    const appliedAt = Date.now();
    changedAt(appliedAt);
    say(`\n${file}: ${lines.join(', ') || 'nothing to apply'}`);
    await sleep(NOTICED_WITHIN_MS);
    if (!traces.noticedSince(appliedAt)) say(`${file}: no notice was sent: nothing changed in it that matters to DNS`);
  };
  const watcher = watch('.', {
    cwd: manifests.folder,
    ignoreInitial: true,
    depth: 0,
    awaitWriteFinish: { stabilityThreshold: 60, pollInterval: 20 },
  });
  watcher.on('all', (_, path) => {
    if (isManifest(path)) void changed(path);
    else if (path === 'fairlead.yml') config();
  });
}

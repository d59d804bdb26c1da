export { type Manifests, readManifests } from './manifests.ts';
export { type Previewed, preview } from './preview.ts';

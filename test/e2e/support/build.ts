import { buildAll } from '../../../scripts/build.ts';

/** What the tests run is what ships: the bundles, made from the sources of this moment. */
export default buildAll;

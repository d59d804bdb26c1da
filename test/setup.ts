import fc from 'fast-check';

// Property tests play the same cases every time, so that a red test is red for everybody and a change is what made it so.
// Other cases are looked for with a seed of one's own, or `SEED=random`; what they find is kept as a test of its own.
const { SEED = '20261124' } = process.env;
if (SEED !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(SEED) });

// Loaded before a program that knows nothing of its parent: ends it when the parent is gone, however that came about.
process.once('disconnect', () => process.exit(1));

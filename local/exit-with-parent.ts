// Loaded before a program that knows nothing of its parent: ends it when the parent is gone, however that came about.
process.once('disconnect', () => process.exit(1));
// It waits for that without keeping alive a program that has done its work.
process.channel?.unref();

/** The request names a cluster or a shard that the config does not have. */
export class UnknownTarget extends Error {
  override readonly name = 'UnknownTarget';
}

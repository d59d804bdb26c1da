/**
 * How a name is had that objects of several clusters ask for.
 *
 * | mode     | the name                                                                  |
 * |----------|---------------------------------------------------------------------------|
 * | first    | is that of the object that had it first; the next takes over when it goes |
 * | merge    | has the addresses of all of them in one record set                        |
 * | weighted | has a record set a cluster, chosen by weight                              |
 */
export const SHARING_MODES = ['first', 'merge', 'weighted'] as const;

export type SharingMode = (typeof SHARING_MODES)[number];

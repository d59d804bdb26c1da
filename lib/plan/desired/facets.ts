import { type Endpoint, isAddressType } from '../../model/index.ts';

/**
 * A name is had facet by facet. The address types are one facet: whoever has the A of a name has its AAAA too, and a CNAME
 * stands in the place of both. Every other type is a facet of its own: the TXT of a name may be another object's. Each set
 * identifier makes facets of its own: what stands under `blue` is one object's, and what stands under `green` another's.
 */
export type Facet = string;

export const facetOf = ({ type, setIdentifier }: { readonly type: string; readonly setIdentifier?: string }): Facet =>
  setIdentifier === undefined || setIdentifier === '' ? groupOf(type) : `${groupOf(type)} ${setIdentifier}`;

/** The types of a facet, whatever the set identifier. */
export const groupOf = (type: string): string => (isAddressType(type) ? 'address' : type);

export const facetOfCandidate = ({ endpoints }: { readonly endpoints: readonly Endpoint[] }): Facet =>
  facetOf(endpoints[0] ?? { type: 'A' });

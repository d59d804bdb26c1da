import type { GeoLocation, RecordSet } from './records.ts';
import type { Route53Store } from './store.ts';

/** A record set in the plain form of a `zones.json` file; the same as RecordSet but for the geographic location. */
export interface RecordJson extends Omit<RecordSet, 'geoLocation'> {
  /** `{"Continent":"EU","Country":"","Subdivision":""}`, or with the field names of RecordSet. */
  readonly geoLocation?: GeoJson | GeoLocation;
}

interface GeoJson {
  readonly Continent?: string;
  readonly Country?: string;
  readonly Subdivision?: string;
}

/** A hosted zone in plain form. */
export interface ZoneJson {
  readonly id?: string;
  readonly name: string;
  readonly private?: boolean;
  readonly comment?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly records: readonly RecordJson[];
}

/** TTL of a record set with values that names none, in seconds. */
const DEFAULT_TTL = 300;

/**
 * Adds the zones, replacing those with the same id. Record sets are taken as they are, without the rules of
 * ChangeResourceRecordSets: a test may start from any state. SOA and NS are added where the zone has none.
 * Throws Problem for a name that cannot be parsed, Error for a record set outside its zone or there twice.
 */
export function loadZones(store: Route53Store, zones: readonly ZoneJson[]): void {
  for (const { records, ...options } of zones) {
    const { id, name } = store.addZone(options);
    const before = store.zone(id).records.size;
    const sets = records.map(fromJson);
    store.edit(id, { put: sets });
    const replaced = sets.filter(set => isOwn(set, name)).length;
    const stored = store.records(id);
    const outside = stored.find(set => !store.zone(id).records.contains(set.name));
    if (outside) throw new Error(`${outside.name} ${outside.type} does not lie in zone ${name}: move it or its zone`);
    if (stored.length !== before + sets.length - replaced) {
      throw new Error(`Zone ${name} (${id}) has a record set twice: name, type and setIdentifier must be unique`);
    }
  }
}

export interface DumpOptions {
  /** Include the SOA and NS record sets of the zones themselves, as Route 53 made them. Default: no. */
  readonly ownSets?: boolean;
}

/** All zones in the order in which they were added, their record sets in Route 53's order. */
export function dumpZones(store: Route53Store, options: DumpOptions = {}): (ZoneJson & { readonly id: string })[] {
  return [...store.zones.values()].map(zone => {
    const sets = zone.records.page(undefined, zone.records.size);
    return {
      id: zone.id,
      name: zone.name,
      private: zone.private,
      ...(zone.comment !== undefined && { comment: zone.comment }),
      ...(zone.tags.size > 0 && { tags: Object.fromEntries(zone.tags) }),
      records: sets.filter(set => options.ownSets || !isOwn(set, zone.name)).map(toJson),
    };
  });
}

function isOwn(set: { readonly name: string; readonly type: string }, zone: string): boolean {
  const name = set.name.toLowerCase();
  return (set.type === 'SOA' || set.type === 'NS') && (name === zone || `${name}.` === zone);
}

/** A record set from its plain form. */
export function fromJson({ geoLocation, ...json }: RecordJson): RecordSet {
  const ttl = json.values && json.ttl === undefined ? { ttl: DEFAULT_TTL } : {};
  return { ...json, ...ttl, ...(geoLocation && { geoLocation: geoFromJson(geoLocation) }) };
}

/** A record set in its plain form. */
export function toJson({ geoLocation, ...set }: RecordSet): RecordJson {
  return { ...set, ...(geoLocation && { geoLocation: geoToJson(geoLocation) }) };
}

function geoFromJson(json: GeoJson | GeoLocation): GeoLocation {
  const geo = json as GeoJson & GeoLocation;
  const continentCode = geo.Continent || geo.continentCode;
  const countryCode = geo.Country || geo.countryCode;
  const subdivisionCode = geo.Subdivision || geo.subdivisionCode;
  return {
    ...(continentCode && { continentCode }),
    ...(countryCode && { countryCode }),
    ...(subdivisionCode && { subdivisionCode }),
  };
}

function geoToJson(geo: GeoLocation): GeoJson {
  return {
    Continent: geo.continentCode ?? '',
    Country: geo.countryCode ?? '',
    Subdivision: geo.subdivisionCode ?? '',
  };
}

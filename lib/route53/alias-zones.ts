import { dnsSuffix } from '../aws/dns-suffix.ts';
import type { ZoneId } from '../model/index.ts';

type ByRegion = Readonly<Record<string, ZoneId>>;

/**
 * Load balancers by region: [Application and Classic, Network]. Names: `NAME-123.REGION.elb.amazonaws.com` (also
 * `internal-`, `dualstack.`) and `NAME-0123.elb.REGION.amazonaws.com`; in China with `.cn` at the end.
 * Facts: AWS General Reference, "Elastic Load Balancing endpoints and quotas" (gr/elb.html), as ExternalDNS 0.22 and (for
 * the regions it has) the Terraform AWS provider quote it, without a difference.
 */
const LOAD_BALANCERS: Readonly<Record<string, readonly [ZoneId, ZoneId]>> = {
  'af-south-1': ['Z268VQBMOI5EKX', 'Z203XCE67M25HM'],
  'ap-east-1': ['Z3DQVH9N71FHZ0', 'Z12Y7K3UBGUAD1'],
  'ap-east-2': ['Z02789141MW7T1WBU19PO', 'Z09176273OC2HWIAUNYW'],
  'ap-northeast-1': ['Z14GRHDCWA56QT', 'Z31USIVHYNEOWT'],
  'ap-northeast-2': ['ZWKZPGTI48KDX', 'ZIBE1TIR4HY56'],
  'ap-northeast-3': ['Z5LXEXXYW11ES', 'Z1GWIQ4HH19I5X'],
  'ap-south-1': ['ZP97RAFLXTNZK', 'ZVDDRBQ08TROA'],
  'ap-south-2': ['Z0173938T07WNTVAEPZN', 'Z0711778386UTO08407HT'],
  'ap-southeast-1': ['Z1LMS91P8CMLE5', 'ZKVM4W9LS7TM'],
  'ap-southeast-2': ['Z1GM3OXH4ZPM65', 'ZCT6FZBF4DROD'],
  'ap-southeast-3': ['Z08888821HLRG5A9ZRTER', 'Z01971771FYVNCOVWJU1G'],
  'ap-southeast-4': ['Z09517862IB2WZLPXG76F', 'Z01156963G8MIIL7X90IV'],
  'ap-southeast-5': ['Z06010284QMVVW7WO5J', 'Z026317210H9ACVTRO6FB'],
  'ap-southeast-6': ['Z023301818UFJ50CIO0MV', 'Z01392953RKV2Q3RBP0KU'],
  'ap-southeast-7': ['Z0390008CMBRTHFGWBCB', 'Z054363131YWATEMWRG5L'],
  'ca-central-1': ['ZQSVJUPU6J1EY', 'Z2EPGBW3API2WT'],
  'ca-west-1': ['Z06473681N0SF6OS049SD', 'Z02754302KBB00W2LKWZ9'],
  'cn-north-1': ['Z1GDH35T77C1KE', 'Z3QFB96KMJ7ED6'],
  'cn-northwest-1': ['ZM7IZAIOVVDZF', 'ZQEIKTCZ8352D'],
  'eu-central-1': ['Z215JYRZR1TBD5', 'Z3F0SRJ5LGBH90'],
  'eu-central-2': ['Z06391101F2ZOEP8P5EB3', 'Z02239872DOALSIDCX66S'],
  'eu-north-1': ['Z23TAZ6LKFMNIO', 'Z1UDT6IFJ4EJM'],
  'eu-south-1': ['Z3ULH7SSC9OV64', 'Z23146JA1KNAFP'],
  'eu-south-2': ['Z0956581394HF5D5LXGAP', 'Z1011216NVTVYADP1SSV'],
  'eu-west-1': ['Z32O12XQLNTSW2', 'Z2IFOLAFXWLO4F'],
  'eu-west-2': ['ZHURV8PSTC4K8', 'ZD4D7Y8KGAS4G'],
  'eu-west-3': ['Z3Q77PNBQS71R4', 'Z1CMS0P5QUZ6D5'],
  'il-central-1': ['Z09170902867EHPV2DABU', 'Z0313266YDI6ZRHTGQY4'],
  'me-central-1': ['Z08230872XQRWHG2XF6I', 'Z00282643NTTLPANJJG2P'],
  'me-south-1': ['ZS929ML54UICD', 'Z3QSRYVP46NYYV'],
  'mx-central-1': ['Z023552324OKD1BB28BH5', 'Z02031231H3ID6HYJ9A7U'],
  'sa-east-1': ['Z2P70J7HTTTPLU', 'ZTK26PT1VY4CU'],
  'us-east-1': ['Z35SXDOTRQ7X7K', 'Z26RNL4JYFTOTI'],
  'us-east-2': ['Z3AADJGX6KTTL2', 'ZLMOA37VPKANP'],
  'us-gov-east-1': ['Z166TLBEWOO7G0', 'Z1ZSMQQ6Q24QQ8'],
  'us-gov-west-1': ['Z33AYJ8TM3BH4J', 'ZMG1MZ2THAWF1'],
  'us-west-1': ['Z368ELLRRE2KJ0', 'Z24FKFUX50B4VW'],
  'us-west-2': ['Z1H1FL5HABSF5', 'Z18D5FSROUN65G'],
};

/**
 * Interface VPC endpoints (PrivateLink) by region: `vpce-ID.SERVICE.REGION.vpce.amazonaws.com`. AWS publishes no list
 * (EC2 DescribeVpcEndpoints tells the id of each endpoint). Facts: ExternalDNS 0.22, whose users read them from their
 * endpoints (kubernetes-sigs/external-dns issue 3429); those of the older regions recur in published answers of
 * DescribeVpcEndpoints. Regions whose id nobody published are left out.
 */
const VPC_ENDPOINTS: ByRegion = {
  'af-south-1': 'Z09302161J80N9A7UTP7U',
  'ap-east-1': 'Z2LIHJ7PKBEMWN',
  'ap-east-2': 'Z09379811HWP0POAUWVN3',
  'ap-northeast-1': 'Z2E726K9Y6RL4W',
  'ap-northeast-2': 'Z27UANNT0PRK1T',
  'ap-northeast-3': 'Z376B5OMM2JZL2',
  'ap-south-1': 'Z2KVTB3ZLFM7JR',
  'ap-south-2': 'Z0952991RWSF5AHIQDIY',
  'ap-southeast-1': 'Z18LLCSTV4NVNL',
  'ap-southeast-2': 'ZDK2GCRPAFKGO',
  'ap-southeast-3': 'Z03881013RZ9BYYZO8N5W',
  'ap-southeast-4': 'Z07508191CO1RNBX3X3AU',
  'ca-central-1': 'ZRCXCF510Y6P9',
  'eu-central-1': 'Z273ZU8SZ5RJPC',
  'eu-central-2': 'Z045369019J4FUQ4S272E',
  'eu-north-1': 'Z3OWWK6JFDEDGC',
  'eu-south-1': 'Z2A5FDNRLY7KZG',
  'eu-south-2': 'Z014396544HENR57XQCJ',
  'eu-west-1': 'Z38GZ743OKFT7T',
  'eu-west-2': 'Z7K1066E3PUKB',
  'eu-west-3': 'Z1DWHTMFP0WECP',
  'me-central-1': 'Z07122992YCEUCB9A9570',
  'me-south-1': 'Z3B95P3VBGEQGY',
  'sa-east-1': 'Z2LXUWEVLCVZIB',
  'us-east-1': 'Z7HUB22UULQXV',
  'us-east-2': 'ZC8PG0KIFKBRI',
  'us-gov-east-1': 'Z2MU5TEIGO9WXB',
  'us-gov-west-1': 'Z12529ZODG2B6H',
  'us-west-1': 'Z12I86A8N7VCZO',
  'us-west-2': 'Z1YSA3EXCYUU9Z',
};

/**
 * Regional API Gateway domains by region: `d-ID.execute-api.REGION.amazonaws.com`. Facts: AWS General Reference, "Amazon
 * API Gateway endpoints and quotas" (gr/apigateway.html), compared with ExternalDNS 0.22, which agrees and lacks ten
 * newer regions; GovCloud: AWS GovCloud (US) User Guide, "Amazon API Gateway". Edge-optimised ones are CloudFront names.
 */
const API_GATEWAY: ByRegion = {
  'af-south-1': 'Z2DHW2332DAMTN',
  'ap-east-1': 'Z3FD1VL90ND7K5',
  'ap-east-2': 'Z02909591O7FG9Q56HWB1',
  'ap-northeast-1': 'Z1YSHQZHG15GKL',
  'ap-northeast-2': 'Z20JF4UZKIW1U8',
  'ap-northeast-3': 'Z22ILHG95FLSZ2',
  'ap-south-1': 'Z3VO1THU9YC4UR',
  'ap-south-2': 'Z0853509Q1135NJ66RUH',
  'ap-southeast-1': 'ZL327KTPIQFUL',
  'ap-southeast-2': 'Z2RPCDW04V8134',
  'ap-southeast-3': 'Z10132843TYUYSLUG4HA3',
  'ap-southeast-4': 'Z092189423Y7RJK61311D',
  'ap-southeast-5': 'Z0314042F0KBUTZ3X5HF',
  'ap-southeast-7': 'Z048508712PZLK5NKG8R0',
  'ca-central-1': 'Z19DQILCV0OWEC',
  'ca-west-1': 'Z04745493436AWVTG1OQY',
  'eu-central-1': 'Z1U9ULNL0V5AJ3',
  'eu-central-2': 'Z09222482MK253X48U76H',
  'eu-north-1': 'Z3UWIKFBOOGXPP',
  'eu-south-1': 'Z3BT4WSQ9TDYZV',
  'eu-south-2': 'Z02499852UI5HEQ5JVWX3',
  'eu-west-1': 'ZLY8HYME6SFDD',
  'eu-west-2': 'ZJ5UAJN8Y3Z2Q',
  'eu-west-3': 'Z3KY65QIEKYHQQ',
  'il-central-1': 'Z07264553HBI44N5X2CKP',
  'me-central-1': 'Z08780021BKYYY8U0YHTV',
  'me-south-1': 'Z20ZBPC0SS8806',
  'mx-central-1': 'Z00020171WIGL5M88SHRM',
  'sa-east-1': 'ZCMLWB8V5SYIT',
  'us-east-1': 'Z1UJRXOUMOOFQ8',
  'us-east-2': 'ZOJJZC49E0EPZ',
  'us-gov-east-1': 'Z3SE9ATJYCRCZJ',
  'us-gov-west-1': 'Z1K6XKP9SAGWDV',
  'us-west-1': 'Z2MUQ32089INYE',
  'us-west-2': 'Z2OJLYMUO9EFXC',
};

/**
 * Elastic Beanstalk by region: `ENVIRONMENT.REGION.elasticbeanstalk.com`. Facts: AWS General Reference, "AWS Elastic
 * Beanstalk endpoints and quotas" (gr/elasticbeanstalk.html), compared with aws-cdk-lib 2.276 (region-info). Left out
 * because the two disagree: ap-southeast-7, eu-south-2.
 */
const ELASTIC_BEANSTALK: ByRegion = {
  'af-south-1': 'Z1EI3BVKMKK4AM',
  'ap-east-1': 'ZPWYUBWRU171A',
  'ap-northeast-1': 'Z1R25G3KIG2GBW',
  'ap-northeast-2': 'Z3JE5OI70TWKCP',
  'ap-northeast-3': 'ZNE5GEY1TIAGY',
  'ap-south-1': 'Z18NTBI3Y7N9TZ',
  'ap-south-2': 'Z10223522IBWPBF2C2FJS',
  'ap-southeast-1': 'Z16FZ9L249IFLT',
  'ap-southeast-2': 'Z2PCDNR3VC2G1N',
  'ap-southeast-3': 'Z05913172VM7EAZB40TA8',
  'ap-southeast-4': 'Z0666869LC74UHAO5YE4',
  'ap-southeast-5': 'Z01812971H0QCYWSL7WOH',
  'ap-southeast-6': 'Z01144401H1NECCLJDD4D',
  'ca-central-1': 'ZJFCZL7SSZB5I',
  'ca-west-1': 'Z1021028356Y0CYS11DQI',
  'eu-central-1': 'Z1FRNW7UH4DEZJ',
  'eu-central-2': 'Z00227012FSHBMZNNSJJI',
  'eu-north-1': 'Z23GO28BZ5AETM',
  'eu-south-1': 'Z10VDYYOA2JFKM',
  'eu-west-1': 'Z2NYPWQ7DFZAZH',
  'eu-west-2': 'Z1GKAAAUGATPF1',
  'eu-west-3': 'Z5WN6GAYWG5OB',
  'il-central-1': 'Z02941091PERNCB1MI5H7',
  'me-central-1': 'Z0650511N84AAKGW7QUK',
  'me-south-1': 'Z2BBTEKR2I36N2',
  'sa-east-1': 'Z10X7K2B4QSOFV',
  'us-east-1': 'Z117KPS5GTRQ2G',
  'us-east-2': 'Z14LCN19Q5QHIC',
  'us-gov-east-1': 'Z35TSARG0EJ4VU',
  'us-gov-west-1': 'Z4KAURWC4UUUG',
  'us-west-1': 'Z1LQECGX5PH1X',
  'us-west-2': 'Z38NKT9BP95V3O',
};

/**
 * App Runner by region: `ID.REGION.awsapprunner.com`. Facts: AWS General Reference, "AWS App Runner endpoints and quotas"
 * (gr/apprunner.html), as the Terraform AWS provider and aws-samples quote it.
 */
const APP_RUNNER: ByRegion = {
  'ap-northeast-1': 'Z08491812XW6IPYLR6CCA',
  'ap-south-1': 'Z00855883LBHKTIC4ODF2',
  'ap-southeast-1': 'Z09819469CZ3KQ8PWMCL',
  'ap-southeast-2': 'Z03657752RA8799S0TI5I',
  'eu-central-1': 'Z0334911C2FDI2Q9M4FZ',
  'eu-west-1': 'Z087551914Z2PCAU0QHMW',
  'eu-west-2': 'Z098228427VC6B3IX76ON',
  'eu-west-3': 'Z087117439MBKHYM69QS6',
  'us-east-1': 'Z01915732ZBZKC8D32TPT',
  'us-east-2': 'Z0224347AD7KVHMLOX31',
  'us-west-2': 'Z02243383FTQ64HJ5772Q',
};

/**
 * Services without a region. CloudFront (also behind edge-optimised API Gateway, AppSync and Cognito domains) and Global
 * Accelerator: Route 53 API Reference, AliasTarget, HostedZoneId; CloudFront in China: Amazon Web Services in China, User
 * Guide, "Amazon Route 53", as aws-cdk-lib and the Terraform AWS provider quote it.
 */
const GLOBAL: readonly (readonly [suffix: string, zone: ZoneId])[] = [
  ['cloudfront.net', 'Z2FDTNDATAQYW2'],
  ['cloudfront.cn', 'Z3RFFRIM2A3IF5'],
  ['awsglobalaccelerator.com', 'Z2BJ6XQ5FK7U4H'],
];

const CLOUDFRONT: ReadonlySet<ZoneId> = new Set(['Z2FDTNDATAQYW2', 'Z3RFFRIM2A3IF5']);

/** What an alias to a service may say, and where it may stand. */
export interface AliasTraits {
  /** Whether Route 53 may be asked to look after the target's health. */
  readonly targetHealth: boolean;
  /** Whether it may stand in a private hosted zone; a CNAME may. */
  readonly privateZones: boolean;
}

/**
 * Of the service with this hosted zone. CloudFront's aliases know no target health, and do not stand in private zones: Route
 * 53 API Reference, AliasTarget, EvaluateTargetHealth and HostedZoneId.
 */
export function aliasTraitsOf(service: ZoneId): AliasTraits {
  const most = !CLOUDFRONT.has(service);
  return { targetHealth: most, privateZones: most };
}

function suffixes(table: ByRegion, suffixOf: (region: string) => string): [string, ZoneId][] {
  return Object.entries(table).map(([region, zone]) => [suffixOf(region), zone]);
}

/** Every suffix of names that can be the target of an alias of type A and of type AAAA, with its hosted zone. */
export const DUAL_STACK_ALIASES: ReadonlyMap<string, ZoneId> = new Map([
  ...GLOBAL,
  ...Object.entries(LOAD_BALANCERS).flatMap(([region, [application, network]]): [string, ZoneId][] => [
    [`${region}.elb.${dnsSuffix(region)}`, application],
    [`elb.${region}.${dnsSuffix(region)}`, network],
  ]),
  ...suffixes(VPC_ENDPOINTS, region => `${region}.vpce.${dnsSuffix(region)}`),
  ...suffixes(API_GATEWAY, region => `execute-api.${region}.${dnsSuffix(region)}`),
]);

/**
 * Suffixes for which AWS documents aliases of type A only (Route 53 Developer Guide, "Values specific for simple alias
 * records", record type): an alias of type AAAA is refused where the service has no such record.
 */
export const IPV4_ALIASES: ReadonlyMap<string, ZoneId> = new Map([
  ...suffixes(ELASTIC_BEANSTALK, region => `${region}.elasticbeanstalk.com`),
  ...suffixes(APP_RUNNER, region => `${region}.awsapprunner.com`),
]);

/**
 * The canonical hosted zone of the AWS service that a name belongs to: what an alias to it needs as its zone id.
 * Upper case and a final dot are tolerated. The longest known suffix decides, always at a label boundary and with at
 * least one label before it; one look-up a label.
 *
 * Not in the tables, because a CNAME is always right where a wrong alias is refused: S3 websites (the target of the alias
 * is not the bucket's own name, and published ids disagree), services whose zone must be asked of their API (OpenSearch,
 * VPC Lattice), ids on which sources disagree, and regions whose id is not known.
 *
 * @param type without it: only services that take aliases of both types, A and AAAA; `A`: also those that take only A.
 */
export function aliasZoneOf(hostname: string, type?: 'A' | 'AAAA'): ZoneId | undefined {
  const name = (hostname.endsWith('.') ? hostname.slice(0, -1) : hostname).toLowerCase();
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const suffix = name.slice(dot + 1);
    const zone = DUAL_STACK_ALIASES.get(suffix) ?? (type === 'A' ? IPV4_ALIASES.get(suffix) : undefined);
    if (zone !== undefined) return zone;
  }
  return undefined;
}

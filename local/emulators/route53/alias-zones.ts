/**
 * The hosted zones of the AWS services that an alias can point to, by the suffix of the names that lie in them.
 * Sources: AWS General Reference, "Elastic Load Balancing endpoints and quotas", "Amazon API Gateway endpoints and
 * quotas", "Amazon CloudFront endpoints and quotas", "AWS Global Accelerator endpoints and quotas"; for VPC endpoints,
 * which have no such table, the ids that DescribeVpcEndpoints gives, as ExternalDNS has gathered them.
 */
const BY_REGION: Readonly<Record<string, string>> = {
  '{region}.elb': `
    us-east-1 Z35SXDOTRQ7X7K  us-east-2 Z3AADJGX6KTTL2  us-west-1 Z368ELLRRE2KJ0  us-west-2 Z1H1FL5HABSF5
    ca-central-1 ZQSVJUPU6J1EY  ca-west-1 Z06473681N0SF6OS049SD  mx-central-1 Z023552324OKD1BB28BH5
    sa-east-1 Z2P70J7HTTTPLU  af-south-1 Z268VQBMOI5EKX  il-central-1 Z09170902867EHPV2DABU
    me-south-1 ZS929ML54UICD  me-central-1 Z08230872XQRWHG2XF6I
    ap-east-1 Z3DQVH9N71FHZ0  ap-east-2 Z02789141MW7T1WBU19PO
    ap-south-1 ZP97RAFLXTNZK  ap-south-2 Z0173938T07WNTVAEPZN
    ap-northeast-1 Z14GRHDCWA56QT  ap-northeast-2 ZWKZPGTI48KDX  ap-northeast-3 Z5LXEXXYW11ES
    ap-southeast-1 Z1LMS91P8CMLE5  ap-southeast-2 Z1GM3OXH4ZPM65  ap-southeast-3 Z08888821HLRG5A9ZRTER
    ap-southeast-4 Z09517862IB2WZLPXG76F  ap-southeast-5 Z06010284QMVVW7WO5J  ap-southeast-6 Z023301818UFJ50CIO0MV
    ap-southeast-7 Z0390008CMBRTHFGWBCB
    eu-central-1 Z215JYRZR1TBD5  eu-central-2 Z06391101F2ZOEP8P5EB3  eu-north-1 Z23TAZ6LKFMNIO
    eu-west-1 Z32O12XQLNTSW2  eu-west-2 ZHURV8PSTC4K8  eu-west-3 Z3Q77PNBQS71R4
    eu-south-1 Z3ULH7SSC9OV64  eu-south-2 Z0956581394HF5D5LXGAP
    us-gov-west-1 Z33AYJ8TM3BH4J  us-gov-east-1 Z166TLBEWOO7G0
    cn-north-1 Z1GDH35T77C1KE  cn-northwest-1 ZM7IZAIOVVDZF`,
  'elb.{region}': `
    us-east-1 Z26RNL4JYFTOTI  us-east-2 ZLMOA37VPKANP  us-west-1 Z24FKFUX50B4VW  us-west-2 Z18D5FSROUN65G
    ca-central-1 Z2EPGBW3API2WT  ca-west-1 Z02754302KBB00W2LKWZ9  mx-central-1 Z02031231H3ID6HYJ9A7U
    sa-east-1 ZTK26PT1VY4CU  af-south-1 Z203XCE67M25HM  il-central-1 Z0313266YDI6ZRHTGQY4
    me-south-1 Z3QSRYVP46NYYV  me-central-1 Z00282643NTTLPANJJG2P
    ap-east-1 Z12Y7K3UBGUAD1  ap-east-2 Z09176273OC2HWIAUNYW
    ap-south-1 ZVDDRBQ08TROA  ap-south-2 Z0711778386UTO08407HT
    ap-northeast-1 Z31USIVHYNEOWT  ap-northeast-2 ZIBE1TIR4HY56  ap-northeast-3 Z1GWIQ4HH19I5X
    ap-southeast-1 ZKVM4W9LS7TM  ap-southeast-2 ZCT6FZBF4DROD  ap-southeast-3 Z01971771FYVNCOVWJU1G
    ap-southeast-4 Z01156963G8MIIL7X90IV  ap-southeast-5 Z026317210H9ACVTRO6FB  ap-southeast-6 Z01392953RKV2Q3RBP0KU
    ap-southeast-7 Z054363131YWATEMWRG5L
    eu-central-1 Z3F0SRJ5LGBH90  eu-central-2 Z02239872DOALSIDCX66S  eu-north-1 Z1UDT6IFJ4EJM
    eu-west-1 Z2IFOLAFXWLO4F  eu-west-2 ZD4D7Y8KGAS4G  eu-west-3 Z1CMS0P5QUZ6D5
    eu-south-1 Z23146JA1KNAFP  eu-south-2 Z1011216NVTVYADP1SSV
    us-gov-west-1 ZMG1MZ2THAWF1  us-gov-east-1 Z1ZSMQQ6Q24QQ8
    cn-north-1 Z3QFB96KMJ7ED6  cn-northwest-1 ZQEIKTCZ8352D`,
  '{region}.vpce': `
    us-east-1 Z7HUB22UULQXV  us-east-2 ZC8PG0KIFKBRI  us-west-1 Z12I86A8N7VCZO  us-west-2 Z1YSA3EXCYUU9Z
    ca-central-1 ZRCXCF510Y6P9  sa-east-1 Z2LXUWEVLCVZIB  af-south-1 Z09302161J80N9A7UTP7U
    me-south-1 Z3B95P3VBGEQGY  me-central-1 Z07122992YCEUCB9A9570  ap-east-1 Z2LIHJ7PKBEMWN
    ap-south-1 Z2KVTB3ZLFM7JR  ap-south-2 Z0952991RWSF5AHIQDIY
    ap-northeast-1 Z2E726K9Y6RL4W  ap-northeast-2 Z27UANNT0PRK1T  ap-northeast-3 Z376B5OMM2JZL2
    ap-southeast-1 Z18LLCSTV4NVNL  ap-southeast-2 ZDK2GCRPAFKGO  ap-southeast-3 Z03881013RZ9BYYZO8N5W
    ap-southeast-4 Z07508191CO1RNBX3X3AU  eu-central-1 Z273ZU8SZ5RJPC  eu-central-2 Z045369019J4FUQ4S272E
    eu-north-1 Z3OWWK6JFDEDGC  eu-west-1 Z38GZ743OKFT7T  eu-west-2 Z7K1066E3PUKB  eu-west-3 Z1DWHTMFP0WECP
    eu-south-1 Z2A5FDNRLY7KZG  eu-south-2 Z014396544HENR57XQCJ
    us-gov-east-1 Z2MU5TEIGO9WXB  us-gov-west-1 Z12529ZODG2B6H`,
  'execute-api.{region}': `
    us-east-1 Z1UJRXOUMOOFQ8  us-east-2 ZOJJZC49E0EPZ  us-west-1 Z2MUQ32089INYE  us-west-2 Z2OJLYMUO9EFXC
    ca-central-1 Z19DQILCV0OWEC  ca-west-1 Z04745493436AWVTG1OQY  mx-central-1 Z00020171WIGL5M88SHRM
    sa-east-1 ZCMLWB8V5SYIT  af-south-1 Z2DHW2332DAMTN  il-central-1 Z07264553HBI44N5X2CKP
    me-south-1 Z20ZBPC0SS8806  me-central-1 Z08780021BKYYY8U0YHTV
    ap-east-1 Z3FD1VL90ND7K5  ap-east-2 Z02909591O7FG9Q56HWB1
    ap-south-1 Z3VO1THU9YC4UR  ap-south-2 Z0853509Q1135NJ66RUH
    ap-northeast-1 Z1YSHQZHG15GKL  ap-northeast-2 Z20JF4UZKIW1U8  ap-northeast-3 Z22ILHG95FLSZ2
    ap-southeast-1 ZL327KTPIQFUL  ap-southeast-2 Z2RPCDW04V8134  ap-southeast-3 Z10132843TYUYSLUG4HA3
    ap-southeast-4 Z092189423Y7RJK61311D  ap-southeast-5 Z0314042F0KBUTZ3X5HF  ap-southeast-7 Z048508712PZLK5NKG8R0
    eu-central-1 Z1U9ULNL0V5AJ3  eu-central-2 Z09222482MK253X48U76H  eu-north-1 Z3UWIKFBOOGXPP
    eu-west-1 ZLY8HYME6SFDD  eu-west-2 ZJ5UAJN8Y3Z2Q  eu-west-3 Z3KY65QIEKYHQQ
    eu-south-1 Z3BT4WSQ9TDYZV  eu-south-2 Z02499852UI5HEQ5JVWX3
    us-gov-east-1 Z3SE9ATJYCRCZJ  us-gov-west-1 Z1K6XKP9SAGWDV`,
};

const GLOBAL: readonly (readonly [id: string, suffix: string])[] = [
  ['Z2FDTNDATAQYW2', 'cloudfront.net.'],
  ['Z2BJ6XQ5FK7U4H', 'awsglobalaccelerator.com.'],
];

function* regional(): Generator<readonly [id: string, suffix: string]> {
  for (const [pattern, table] of Object.entries(BY_REGION)) {
    for (const [, region = '', id = ''] of table.matchAll(/(\S+) (Z\S+)/g)) {
      const partition = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
      yield [id, `${pattern.replace('{region}', region)}.${partition}.`];
    }
  }
}

/** Suffix (canonical, final dot) of the names in a service's hosted zone, by the zone's id. */
export const SERVICE_ZONES: ReadonlyMap<string, string> = new Map([...GLOBAL, ...regional()]);

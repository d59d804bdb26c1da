import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

/** PEM texts of a certificate and its key. */
interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly cert: string;
  /** As EKS gives it: the PEM in base64. */
  readonly caData: string;
  /** A certificate for 127.0.0.1 and the names given, good for servers and clients. */
  issue(commonName: string, names?: readonly string[]): Promise<Identity>;
}

/** A certificate authority that lives for a test. */
export async function createAuthority(name = 'test CA'): Promise<Authority> {
  const keys = await newKeys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const cert = ca.toString('pem');
  return {
    cert,
    caData: Buffer.from(cert).toString('base64'),
    async issue(commonName, names = []) {
      const own = await newKeys();
      const issued = await X509CertificateGenerator.create({
        subject: `CN=${commonName}`,
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        ...validity(),
        signingAlgorithm: ALGORITHM,
        extensions: [
          new SubjectAlternativeNameExtension([
            { type: 'ip', value: '127.0.0.1' },
            ...names.map(value => ({ type: 'dns' as const, value })),
          ]),
        ],
      });
      const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return { cert: issued.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
    },
  };
}

async function newKeys() {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function validity() {
  return { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + DAY) };
}

export { MAX_BODY, MAX_OBJECTS, NOTICE_FIELDS, OBJECT_NAME, parseNotice } from './schema.ts';
export { isSigned, secretsIn, signatureHeaders, UnusableSecret } from './signature.ts';

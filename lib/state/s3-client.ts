// What the S3 store needs of the SDK, in a module of its own: loaded lazily as a whole, it still leaves out the rest.
export { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

// What redelivery needs of the SDK, in a module of its own: loaded lazily as a whole, it still leaves out the rest.
export { ChangeMessageVisibilityBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

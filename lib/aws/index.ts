export { accountOf } from './arn.ts';
export { awsClient } from './client.ts';
export { withinDeadline } from './deadline.ts';
export { awsHttp } from './http.ts';

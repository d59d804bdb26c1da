export { accountOf } from './arn.ts';
export { withinDeadline } from './deadline.ts';
export { awsHttp } from './http.ts';

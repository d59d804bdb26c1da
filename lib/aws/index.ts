export { withinDeadline } from './deadline.ts';
export { awsHttp } from './http.ts';

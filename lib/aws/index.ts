export { believable, ForeignAnswer } from './answer.ts';
export { accountOf } from './arn.ts';
export { awsClient } from './client.ts';
export { answersWithin, withinDeadline } from './deadline.ts';
export { type AwsFault, awsFaultOf } from './fault.ts';
export { awsHttp } from './http.ts';

export { historyLine } from './line.ts';
export { type HistoryQuery, selectHistory } from './select.ts';

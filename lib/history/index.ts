export { historyLine } from './line.ts';
export { type HistoryQuery, selectHistory } from './select.ts';
export { type Undoing, undoingsOf, undoneLine } from './undoing.ts';

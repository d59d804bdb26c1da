export { historyLine, type RunMark } from './line.ts';
export { type HistoryQuery, selectHistory } from './select.ts';
export { addToTimeline, hopsOf, type RunSummary, timelineOf } from './timeline.ts';
export { type Undoing, undoingsOf, undoneLine } from './undoing.ts';

export { historyLine, type RunMark } from './line.ts';
export { movedLine } from './moved.ts';
export { fitsHistory, type HistoryQuery, newestFirst } from './select.ts';
export { addToTimeline, hopsOf, type RunSummary, timelineOf } from './timeline.ts';
export { type Undoing, undoingsOf, undoneLine } from './undoing.ts';

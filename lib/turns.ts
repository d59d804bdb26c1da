/** Does a piece of work when those before it have come to their end, whatever became of them, and gives what became of it. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
}

/** Rejects a cancelled run; finished kinds have been sent as 'partial'. */
export const CANCELLED = 'run: cancelled';

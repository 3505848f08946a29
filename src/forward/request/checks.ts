/** Checks of positions, heads and numbers for all tables of a request. Each throws one sentence. */

/** Positions: in range, distinct, at least one. */
export function checkRows(where: string, rows: readonly number[], T: number): void {
  const bad = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= T);
  if (bad !== undefined)
    throw new Error(`${where}: row out of range, got ${bad}, expected 0..${T - 1} (absolute positions).`);
  if (rows.length === 0) throw new Error(`${where}: no rows, expected at least one position.`);
  const twice = rows.find((row, i) => rows.indexOf(row) !== i);
  if (twice !== undefined)
    throw new Error(`${where}: row ${twice} is given twice, expected each position once.`);
}

/** `heads` is 0 if the site has no head axis. */
export function checkHead(where: string, head: number, heads: number): void {
  if (Number.isInteger(head) && head >= 0 && head < heads) return;
  const expected = heads > 0 ? `0..${heads - 1}` : 'no head (this site has none)';
  throw new Error(`${where}: head out of range, got ${head}, expected ${expected}.`);
}

/** Heads: in range, distinct, at least one. */
export function checkHeads(where: string, chosen: readonly number[], heads: number): void {
  if (chosen.length === 0) throw new Error(`${where}: no heads, expected at least one.`);
  for (const head of chosen) checkHead(where, head, heads);
  const twice = chosen.find((head, i) => chosen.indexOf(head) !== i);
  if (twice !== undefined)
    throw new Error(`${where}: head ${twice} is given twice, expected each head once.`);
}

export function checkNumbers(where: string, what: string, values: readonly number[]): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new Error(`${where}: ${what} must be finite, got ${bad}.`);
}

export function checkSeed(where: string, seed: number | undefined): void {
  if (seed !== undefined && Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) return;
  throw new Error(`${where}: seed out of range, got ${seed}, expected an integer from 0 to 4294967295.`);
}

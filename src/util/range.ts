/** Integers from `begin` up to but excluding `end`. */
export function range(begin: number, end: number): number[] {
  return Array.from({ length: end - begin }, (_, i) => begin + i);
}

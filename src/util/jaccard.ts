/** Size of the intersection over size of the union; 1 for two empty sets. */
export function jaccard<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  const both = [...a].filter((member) => b.has(member)).length;
  const either = a.size + b.size - both;
  return either === 0 ? 1 : both / either;
}

import type { NetOpen } from '../../../engine/net/serviceApi';

/** A class's name, or its number. */
export const labelOf =
  ({ labels }: Pick<NetOpen, 'labels'>) =>
  (id: number): string =>
    labels?.[id] ?? `class ${id}`;

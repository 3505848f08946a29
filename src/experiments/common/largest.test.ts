import { expect, it } from 'vitest';
import { amountText } from './largest';

it.each([
  [[0.2094, null, 'probability'], '0.209'],
  [[0.2094, [0.1, 0.31], 'probability'], '0.209 [0.1, 0.31]'],
  [[-0.31, [-1.204, 0.5], 'nats'], '−0.31 [−1.2, 0.5] nats'],
  [[12345.6, null, 'logits'], '12,346 logits'],
  [[-0.00031, null, ''], '−3.1e-4'],
  [[0.955, null, 'probability', [-0.1, 0.981]], '0.955 (from −0.1 to 0.981)'],
] as const)('says %j', (args, text) => {
  expect(amountText(...(args as unknown as Parameters<typeof amountText>))).toBe(text);
});
